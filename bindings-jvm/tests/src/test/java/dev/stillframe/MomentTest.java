// Every moment at which a probe can come: while code runs, loads, is there twice, or goes.

package dev.stillframe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MomentTest {
  @BeforeEach
  void begin() {
    Placed.anew();
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
      Till.is(
          () -> {
            Place.call(second, null, "work", 2);
            return placed.hits() > 1;
          },
          () -> "the class of a second loader is never armed");
      long before = placed.hits();
      Place.call(first, null, "work", 3);
      assertEquals(before + 1, placed.hits());
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
}
