// Every kind of code that a line can be in.

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

  @BeforeAll
  static void compile() throws Exception {
    kinds = Place.of(KINDS);
    kinds.type();
  }

  @BeforeEach
  void begin() {
    Placed.anew();
  }

  static Arguments kind(
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
