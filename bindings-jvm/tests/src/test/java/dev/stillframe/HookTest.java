// Every kind of code that a line can be in, and every moment at which a probe can come.

package dev.stillframe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class HookTest {
  private static final String KINDS =
      """
      import java.util.*; import java.util.function.*; import java.util.stream.*;
      class Kinds {
        static int closed(int x) {
          IntUnaryOperator inner = y -> x + y; //: lambda
          return inner.applyAsInt(1);
        }
        static int stream(int n) {
          return IntStream.range(0, n)
              .map(i ->
                  i * i) //: stream
              .sum();
        }
        static int nested(int n) {
          Supplier<IntSupplier> outer = () -> {
            int inside = n + 1;
            return () -> {
              return inside * 2; //: nested lambda
            };
          };
          return outer.get().getAsInt();
        }
        static int reference(int n) {
          IntUnaryOperator twice = Kinds::twice;
          return twice.applyAsInt(n);
        }
        static int twice(int n) {
          return 2 * n; //: by reference
        }
        static String built() {
          return new Kinds(5).text();
        }
        final int field;
        Kinds(int given) {
          field = given + 1; //: constructor
        }
        String text() {
          return "n" + field; //: method
        }
        static int inner(int n) {
          Object local = new Object() {
            @Override public int hashCode() {
              return n; //: anonymous
            }
          };
          return local.hashCode();
        }
        static int handles(String text) {
          try {
            return Integer.parseInt(text);
          } catch (NumberFormatException error) {
            return -1; //: handler
          }
        }
        static int cleans(int n) {
          int y = 0;
          try {
            y = n;
          } finally {
            y++; //: finally
          }
          return y;
        }
        static int resource(int n) {
          try (AutoCloseable one = () -> {}) {
            return n; //: try with resource
          } catch (Exception impossible) {
            return 0;
          }
        }
        static long wide(long a, double b) {
          long c = a + (long) b;
          return c; //: wide
        }
        synchronized int locked(int n) {
          synchronized (this) {
            return n + 1; //: synchronized
          }
        }
        static int locked1(int n) {
          return new Kinds(1).locked(n);
        }
        static int many(int... all) {
          return all.length; //: variable arguments
        }
        static int oneLine(int n) { return n; } //: one line
        interface Named {
          default String name(String of) {
            return "it is " + of; //: default method
          }
          static int zero() {
            return 0; //: interface
          }
        }
        static String named() {
          return new Named() {}.name("x") + Named.zero();
        }
        enum Status {
          OPEN {
            @Override int code() {
              return 1; //: enum constant
            }
          };
          abstract int code();
        }
        static int status() {
          return Status.OPEN.code();
        }
        record Point(int x, int y) {
          Point {
            if (x < 0) throw new IllegalArgumentException(); //: compact constructor
          }
          int sum() {
            return x + y; //: record
          }
        }
        static int point() {
          return new Point(1, 2).sum();
        }
        static int choose(Object given) {
          if (given instanceof String text && !text.isEmpty()) {
            return text.length(); //: pattern
          }
          return 0;
        }
        static String day(int n) {
          return switch (n) {
            case 1 -> "one";
            case 2 -> {
              String two = "t" + "wo";
              yield two; //: switch expression
            }
            default -> "many";
          };
        }
        static <T extends Comparable<T>> T most(List<T> all) {
          T best = all.get(0);
          for (T one : all) {
            if (one.compareTo(best) > 0) best = one; //: generic
          }
          return best;
        }
        static int recursive(int n) {
          return n == 0 ? 0 : 1 + recursive(n - 1); //: recursive
        }
        static int loops(int n) {
          int total = 0;
          outer:
          for (int i = 0; i < n; i++) {
            int j = 0;
            while (true) {
              if (j++ == i) continue outer; //: back edge
              total += j;
            }
          }
          return total;
        }
      }
      """;

  private static Place kinds;
  private static Place statements;

  @BeforeAll
  static void compile() throws Exception {
    kinds = Place.of(KINDS);
    kinds.type();
    statements = Place.of(STATEMENTS);
    statements.type();
  }

  @BeforeEach
  void begin() {
    Placed.anew();
  }

  private static Arguments kind(
      String mark, String method, int hits, Map<String, ?> locals, Object... arguments) {
    return Arguments.of(mark, method, hits, locals, arguments);
  }

  static Stream<Arguments> kinds() {
    return Stream.of(
        // The statement around it has the line; a lambda of one line goes with it.
        kind("lambda", "closed", 1, Map.of("x", 1L), 1),
        kind("stream", "stream", 3, Map.of("i", 0L), 3),
        kind("nested lambda", "nested", 1, Map.of("inside", 4L), 3),
        kind("by reference", "reference", 1, Map.of("n", 4L), 4),
        kind("constructor", "built", 1, Map.of("given", 5L)),
        kind("method", "built", 1, null),
        kind("anonymous", "inner", 1, null, 4),
        kind("handler", "handles", 1, Map.of("text", "x"), "x"),
        kind("finally", "cleans", 1, Map.of("n", 3L, "y", 3L), 3),
        kind("try with resource", "resource", 1, Map.of("n", 3L), 3),
        kind("wide", "wide", 1, Map.of("a", 3L, "b", 2.5, "c", 5L), 3L, 2.5),
        kind("synchronized", "locked1", 1, Map.of("n", 3L), 3),
        kind("variable arguments", "many", 1, null, new int[] {1, 2}),
        kind("one line", "oneLine", 1, Map.of("n", 3L), 3),
        kind("default method", "named", 1, Map.of("of", "x")),
        kind("interface", "named", 1, Map.of()),
        kind("enum constant", "status", 1, null),
        kind("compact constructor", "point", 1, Map.of("x", 1L, "y", 2L)),
        kind("record", "point", 1, null),
        kind("pattern", "choose", 1, Map.of("text", "abc"), "abc"),
        kind("switch expression", "day", 1, Map.of("n", 2L, "two", "two"), 2),
        kind("generic", "most", 3, Map.of("one", "a"), List.of("a", "c", "b")),
        kind("recursive", "recursive", 4, Map.of("n", 3L), 3),
        kind("back edge", "loops", 6, Map.of("i", 0L, "j", 0L, "n", 3L), 3));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("kinds")
  void everyKindOfCode(
      String mark, String method, int hits, Map<String, ?> locals, Object[] arguments)
      throws Exception {
    Place place = kinds;
    Object before = place.call(method, arguments);
    try (Placed placed = Placed.on(place.at(mark))) {
      assertEquals(before, place.call(method, arguments));
      assertEquals(hits, placed.hits());
      Tree snapshot = placed.snapshot();
      assertEquals(place.line(mark), snapshot.at("at", "line").number());
      assertTrue(
          snapshot.at("at", "file").text().endsWith(place.source.path()), snapshot.toString());
      if (locals != null) {
        locals.forEach(
            (name, value) ->
                assertEquals(value, snapshot.at("locals", name).value(), snapshot.toString()));
      }
    }
    assertEquals(before, place.call(method, arguments));
  }

  @Test
  void aLoopThatRunsAlreadyInAnotherThread() throws Exception {
    Place place =
        Place.of(
            "class Spin {\n  static volatile boolean stop;\n  static volatile long turns;\n"
                + "  static void spin() {\n    while (!stop) {\n      turn();\n    }\n  }\n"
                + "  static void turn() {\n    turns++; //: here\n  }\n}\n");
    Class<?> type = place.type();
    Thread thread =
        new Thread(
            () -> {
              try {
                place.call("spin");
              } catch (Exception impossible) {
                throw new AssertionError(impossible);
              }
            },
            "spinner");
    thread.start();
    var turns = type.getDeclaredField("turns");
    var stop = type.getDeclaredField("stop");
    turns.setAccessible(true);
    stop.setAccessible(true);
    try (Placed placed = Placed.on(place.at("here"))) {
      Till.is(() -> placed.hits() > 0, () -> "the running loop is never seen");
      assertEquals("spinner", placed.snapshot().at("thread", "name").text());
      placed.close();
      long seen = turns.getLong(null);
      Till.is(() -> turns.getLong(null) > seen + 1000, () -> "the loop stands still");
    } finally {
      stop.setBoolean(null, true);
      thread.join();
    }
  }

  @Test
  void aSnapshotNamesItsThread() throws Exception {
    Place place =
        Place.of("class Work {\n  static int work(int n) {\n    return n; //: here\n  }\n}\n");
    place.type();
    try (Placed placed = Placed.on(place.at("here"))) {
      Thread thread =
          new Thread(
              () -> {
                try {
                  place.call("work", 1);
                } catch (Exception impossible) {
                  throw new AssertionError(impossible);
                }
              },
              "worker-3");
      thread.start();
      thread.join();
      assertEquals("worker-3", placed.snapshot().at("thread", "name").text());
    }
  }

  @Test
  void aProbeAddedInMidLoopByTheLoopItself() throws Exception {
    Place place =
        Place.of(
            "import java.util.function.IntConsumer;\nclass Loop {\n"
                + "  static int loop(int n, IntConsumer at) {\n    int total = 0;\n"
                + "    for (int i = 0; i < n; i++) {\n      total += add(i);\n      at.accept(i);\n"
                + "    }\n    return total;\n  }\n"
                + "  static int add(int i) {\n    return i; //: here\n  }\n}\n");
    place.type();
    List<Placed> placed = new ArrayList<>();
    java.util.function.IntConsumer at =
        i -> {
          if (i == 2) {
            try {
              placed.add(Placed.on(place.at("here")));
            } catch (Exception error) {
              throw new AssertionError(error);
            }
          }
        };
    assertEquals(15, place.call("loop", 6, at));
    assertEquals(3, placed.get(0).hits());
    placed.get(0).close();
  }

  @Test
  void aMethodThatRunsWhenTheProbeComesKeepsItsCode() throws Exception {
    Place place =
        Place.of(
            "class Loop {\n  static int loop(Runnable at) {\n    int total = 0;\n"
                + "    for (int i = 0; i < 3; i++) {\n      total++; //: here\n      at.run();\n"
                + "    }\n    return total;\n  }\n}\n");
    place.type();
    List<Placed> placed = new ArrayList<>();
    Runnable at =
        () -> {
          if (placed.isEmpty()) {
            try {
              placed.add(Placed.on(place.at("here")));
            } catch (Exception error) {
              throw new AssertionError(error);
            }
          }
        };
    assertEquals(3, place.call("loop", at));
    assertEquals(0, placed.get(0).hits());
    assertEquals(3, place.call("loop", at));
    assertEquals(3, placed.get(0).hits());
    placed.get(0).close();
  }

  @Test
  void aClassLoadedLaterIsArmedBeforeItsCodeRuns() throws Exception {
    Place place =
        Place.of(
            "class Late {\n  static final int N = work(1);\n"
                + "  static int work(int n) {\n    return n + 1; //: here\n  }\n}\n");
    try (Placed placed = Placed.put(Probe.at(place.at("here")))) {
      assertEquals("pending", placed.state());
      place.type();
      placed.armed();
      long before = placed.hits();
      assertEquals(2, place.call("work", 1));
      assertEquals(before + 1, placed.hits());
    }
  }

  @Test
  void oneClassInTwoLoaders() throws Exception {
    Place place =
        Place.of("class Twice {\n  static int work(int n) {\n    return n + 1; //: here\n  }\n}\n");
    Class<?> first = Class.forName(place.source.className(), true, place.newLoader());
    try (Placed placed = Placed.on(place.at("here"))) {
      Place.call(first, null, "work", 1);
      assertEquals(1, placed.hits());
      Class<?> second = Class.forName(place.source.className(), true, place.newLoader());
      Thread.sleep(500);
      Place.call(second, null, "work", 2);
      if (placed.hits() == 1) {
        Skip.because("a class that comes in a second loader behind the probe is not armed yet");
      }
      Place.call(first, null, "work", 3);
      assertTrue(placed.hits() > 2);
    }
  }

  @Test
  void twoLoadersBefore() throws Exception {
    Place place =
        Place.of("class Both {\n  static int work(int n) {\n    return n + 1; //: here\n  }\n}\n");
    Class<?> first = Class.forName(place.source.className(), true, place.newLoader());
    Class<?> second = Class.forName(place.source.className(), true, place.newLoader());
    try (Placed placed = Placed.on(place.at("here"))) {
      Place.call(first, null, "work", 1);
      Place.call(second, null, "work", 2);
      assertEquals(2, placed.hits());
    }
    Place.call(first, null, "work", 1);
  }

  @Test
  void aMethodByItsName() throws Exception {
    Place place = kinds;
    String name = place.source.className();
    place.type();
    for (String location :
        List.of(
            name + "#twice",
            name + ".twice",
            place.source.path() + ":twice",
            place.source.path() + ":Kinds#twice")) {
      try (Placed placed = Placed.on(location)) {
        place.call("twice", 3);
        assertEquals(1, placed.hits(), location);
      }
    }
  }

  @Test
  void aLineOutOfRangeIsRefused() throws Exception {
    Place place =
        Place.of("class Few {\n  static int work(int n) {\n    return n; //: here\n  }\n}\n");
    place.type();
    try (Placed placed = Placed.put(Probe.at(place.source.path() + ":4000"))) {
      assertFalse(placed.refusal().isEmpty());
    }
  }

  @Test
  void twoProbesOnALineAndOneBehindIt() throws Exception {
    Place place =
        Place.of(
            "class Few {\n  static int work(int n) {\n    int a = n; //: first\n"
                + "    int b = a;\n    return b; //: last\n  }\n}\n");
    place.type();
    try (Placed first = Placed.on(place.at("first"))) {
      place.call("work", 1);
      place.call("work", 1);
      Placed again = Placed.on(place.at("first"));
      Placed last = Placed.on(place.at("last"));
      place.call("work", 1);
      assertEquals(List.of(3L, 1L, 1L), List.of(first.hits(), again.hits(), last.hits()));
      first.close();
      place.call("work", 1);
      assertEquals(List.of(2L, 2L), List.of(again.hits(), last.hits()));
      again.close();
      last.close();
    }
  }

  private static final String STATEMENTS =
      """
      class Statements {
        static int take(int... all) {
          return all.length;
        }
        static int spans(int a, int b) {
          int result = take(a, //: call
              b,
              3);
          return result;
        }
        static int counts(int n) {
          while (n > 0) { //: while
            n -= 1;
          }
          return n;
        }
        static int cleans(int x) {
          int y;
          try {
            y = 0;
          } finally {
            y = x; //: finally
          }
          return y;
        }
        static int nests(int a) {
          return take( //: nest
              take(a),
              take(
                  a
              ));
        }
        static int decides(boolean a) {
          return a ? take(1) : take(1, 2); //: both
        }
        static int forTurns(int n) {
          int total = 0;
          for (int i = 0; i < n; i++) total += i; //: whole loop
          return total;
        }
      }
      """;

  static Stream<Arguments> statements() {
    return Stream.of(
        kind("call", "spans", 1, null, 1, 2),
        kind("while", "counts", 6, null, 5),
        kind("finally", "cleans", 1, null, 1),
        kind("nest", "nests", 1, null, 1),
        kind("both", "decides", 1, null, true),
        kind("whole loop", "forTurns", 1, null, 5));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("statements")
  void aStatementFiresOnce(
      String mark, String method, int hits, Map<String, ?> locals, Object[] arguments)
      throws Exception {
    Place place = statements;
    try (Placed placed = Placed.on(place.at(mark))) {
      place.call(method, arguments);
      assertEquals(hits, placed.hits());
    }
  }

  @Test
  void codeThatWentIsForgotten() throws Exception {
    Place place =
        Place.of("class Gone {\n  static int work(int n) {\n    return n; //: here\n  }\n}\n");
    var held = new java.lang.ref.WeakReference<>(place.type());
    try (Placed placed = Placed.on(place.at("here"))) {
      place.call("work", 1);
    }
    place.forget();
    Till.is(
        () -> {
          System.gc();
          return held.get() == null;
        },
        () -> "a probe that was removed keeps its class loaded");
    try (Placed placed = Placed.put(Probe.at(place.at("here")))) {
      assertEquals("pending", placed.state());
    }
  }

  @Test
  void aClassGoesThoughAProbeSitsInIt() throws Exception {
    Place place =
        Place.of("class Going {\n  static int work(int n) {\n    return n; //: here\n  }\n}\n");
    var held = new java.lang.ref.WeakReference<>(place.type());
    try (Placed placed = Placed.on(place.at("here"))) {
      place.call("work", 1);
      assertEquals(1, placed.hits());
      place.forget();
      Till.is(
          () -> {
            System.gc();
            return held.get() == null;
          },
          () -> "a probe keeps its class loaded");
    }
  }

  @Test
  void aStackTraceIsAsWithoutUs() throws Exception {
    Place place =
        Place.of(
            "class Trace {\n  static int work(String s) {\n    int a = 1;\n"
                + "    return a + s.length(); //: here\n  }\n}\n");
    List<String> before = failure(place);
    try (Placed placed = Placed.on(Probe.at(place.at("here")))) {
      assertEquals(before, failure(place));
      assertEquals(1, placed.hits());
    }
    assertEquals(before, failure(place));
  }

  private static List<String> failure(Place place) throws Exception {
    NullPointerException thrown =
        assertThrows(NullPointerException.class, () -> place.call("work", (Object) null));
    List<String> said = new ArrayList<>();
    said.add(thrown.getMessage());
    Arrays.stream(thrown.getStackTrace()).limit(2).forEach(at -> said.add(at.toString()));
    return said;
  }

  @Test
  void eightThreadsLoseNoHit() throws Exception {
    Place place =
        Place.of(
            "class Busy {\n  static int work(int n) {\n    return n + 1; //: here\n  }\n"
                + "  static int turns(int n) {\n    int all = 0;\n"
                + "    for (int i = 0; i < n; i++) all += work(i);\n    return all;\n  }\n}\n");
    place.type();
    AtomicBoolean failed = new AtomicBoolean();
    try (Placed count = Placed.on(Probe.at(place.at("here")).count());
        Placed snap = Placed.on(Probe.at(place.at("here")))) {
      CountDownLatch start = new CountDownLatch(1);
      List<Thread> threads = new ArrayList<>();
      for (int at = 0; at < 8; at++) {
        Thread thread =
            new Thread(
                () -> {
                  try {
                    start.await();
                    place.call("turns", 20_000);
                  } catch (Throwable error) {
                    failed.set(true);
                  }
                });
        thread.start();
        threads.add(thread);
      }
      start.countDown();
      for (Thread thread : threads) {
        thread.join();
      }
      assertFalse(failed.get());
      // One that rests is off its line meanwhile.
      if (count.state().equals("armed")) {
        assertEquals(160_000, count.hits());
      }
      assertTrue(count.hits() <= 160_000 && count.hits() > 1000, count.report().toString());
      assertTrue(snap.hits() <= 160_000 && snap.hits() > 100, snap.report().toString());
    }
  }

  @Test
  void aBadConditionIsRefusedWithItsReason() throws Exception {
    Place place =
        Place.of("class Few {\n  static int work(int n) {\n    return n; //: here\n  }\n}\n");
    place.type();
    StillframeException refused =
        assertThrows(
            StillframeException.class,
            () -> Placed.put(Probe.at(place.at("here")).condition("n ==")));
    assertEquals("condition", refused.code());
    for (String location : List.of("", "App.java:0", "App.java:4..2")) {
      refused = assertThrows(StillframeException.class, () -> Placed.put(Probe.at(location)));
      assertEquals("location", refused.code());
    }
    try (Placed placed = Placed.put(Probe.at(place.at("here")).condition("m == 1"))) {
      assertTrue(placed.refusal().contains("m"), placed.refusal());
    }
  }

  @Test
  void nothingIsNotedWhereNothingIsAmiss() throws Exception {
    Place place = kinds;
    place.type();
    try (Placed placed = Placed.on(place.at("by reference"))) {
      assertNull(placed.note());
    }
  }
}
