// Durations: every way a method can be entered and left, on threads of both kinds.
//
// Nothing here sleeps to be measured: what a duration must contain, or be contained in, is measured
// beside it.

package dev.stillframe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TimeTest {
  private static final String SHOP =
      """
      class Timed {
        static void spin(long ns) {
          long until = System.nanoTime() + ns;
          while (System.nanoTime() < until) {}
        }
        static int fails(int n) {
          if (n % 2 == 1) throw new IllegalArgumentException();
          return n;
        }
        static int recursive(int n) {
          return n == 0 ? 0 : 1 + recursive(n - 1);
        }
        static int oneLine(int n) { return n; }
        static synchronized int locked(int n) {
          return n;
        }
        static int waits(java.util.concurrent.CountDownLatch latch, int n) throws Exception {
          latch.await();
          return n; //: behind
        }
        static int handles(int n) {
          try {
            return fails(n);
          } catch (IllegalArgumentException caught) {
            return -1;
          }
        }
      }
      """;

  private static Place place;

  @BeforeAll
  static void compile() throws Exception {
    place = Place.of(SHOP);
    place.type();
  }

  @BeforeEach
  void begin() {
    Placed.anew();
  }

  private static Placed timer(String method) throws Exception {
    return Placed.on(Probe.at(place.source.className() + "#" + method).time());
  }

  private static List<Long> numbers(Placed timer) {
    Tree found = timer.report().at("durations");
    List<Long> numbers = new ArrayList<>();
    for (String name : List.of("ended", "exceptions", "open", "lost")) {
      numbers.add(found.at(name).number());
    }
    return numbers;
  }

  @Test
  void aCallTakesWhatItTook() throws Exception {
    try (Placed timer = timer("spin")) {
      long outer = 0;
      for (long us : new long[] {100, 200, 400, 800}) {
        long began = System.nanoTime();
        place.call("spin", us * 1000);
        outer += System.nanoTime() - began;
      }
      Tree running = timer.report().at("durations", "running");
      assertEquals(4, running.at("count").number());
      assertTrue(running.at("min_ns").number() >= 100_000, running.toString());
      assertTrue(running.at("sum_ns").number() >= 1_500_000, running.toString());
      assertTrue(running.at("sum_ns").number() <= outer, running + " of " + outer);
    }
  }

  @Test
  void exceptionsAreTimedAndCounted() throws Exception {
    try (Placed timer = timer("fails");
        Placed outer = timer("handles")) {
      for (int n = 0; n < 10; n++) {
        int given = n;
        if (n % 2 == 1) {
          assertThrows(IllegalArgumentException.class, () -> place.call("fails", given));
        } else {
          place.call("fails", given);
        }
        assertEquals(n % 2 == 1 ? -1 : n, place.call("handles", n));
      }
      assertEquals(List.of(20L, 10L, 0L, 0L), numbers(timer));
      assertEquals(List.of(10L, 0L, 0L, 0L), numbers(outer), "caught in the method, it is none");
    }
  }

  @Test
  void recursionCountsEveryCall() throws Exception {
    try (Placed timer = timer("recursive");
        Placed one = timer("oneLine");
        Placed lock = timer("locked")) {
      assertEquals(20, place.call("recursive", 20));
      for (int n = 0; n < 3; n++) {
        place.call("oneLine", n);
        place.call("locked", n);
      }
      assertEquals(List.of(21L, 0L, 0L, 0L), numbers(timer));
      assertEquals(List.of(3L, 0L, 0L, 0L), numbers(one));
      assertEquals(List.of(3L, 0L, 0L, 0L), numbers(lock));
    }
  }

  private void onThreads(ExecutorService pool, int tasks) throws Exception {
    var latch = new java.util.concurrent.CountDownLatch(1);
    try (Placed timer = timer("waits");
        Placed count = Placed.on(Probe.at(place.at("behind")).count());
        Placed snap = Placed.on(Probe.at(place.at("behind")).condition("n == 7"))) {
      List<Future<Object>> all = new ArrayList<>();
      for (int n = 0; n < tasks; n++) {
        int given = n;
        Callable<Object> call = () -> place.call("waits", latch, given);
        all.add(pool.submit(call));
      }
      Till.is(() -> numbers(timer).get(2) == tasks, () -> "" + timer.report());
      long began = System.nanoTime();
      place.call("spin", 5_000_000L);
      latch.countDown();
      for (int n = 0; n < tasks; n++) {
        assertEquals(n, all.get(n).get());
      }
      long took = System.nanoTime() - began;
      assertEquals(List.of((long) tasks, 0L, 0L, 0L), numbers(timer));
      assertEquals(tasks, timer.count("captured"));
      Tree running = timer.report().at("durations", "running");
      assertTrue(running.at("min_ns").number() >= 5_000_000, running + " of " + took);
      assertEquals(tasks, count.hits());
      assertEquals(7, snap.locals().at("n").number());
      assertEquals(1, snap.count("captured"));
    } finally {
      pool.shutdown();
    }
  }

  @Test
  void threads() throws Exception {
    onThreads(Executors.newFixedThreadPool(16), 16);
  }

  @Test
  void virtualThreadsThatAreUnmountedAtTheLine() throws Exception {
    Skip.before(21, "virtual threads");
    Object pool = Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    onThreads((ExecutorService) pool, 500);
  }

  @Test
  void whatCannotBeTimedSaysSo() throws Exception {
    try (Placed timer = Placed.put(Probe.at(place.source.path() + ":3..4").time())) {
      assertTrue(timer.refusal().contains("time the function"), timer.refusal());
    }
    for (Probe probe : List.of(Probe.at(place.source.path() + ":3..4").count())) {
      assertThrows(StillframeException.class, () -> Placed.put(probe));
    }
  }
}
