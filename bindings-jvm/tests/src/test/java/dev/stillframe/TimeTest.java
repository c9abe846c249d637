// Durations: every way a method, or a range of its lines, can be entered and left, on threads of both
// kinds.
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
        static int ranged(int[] items, int stop) {
          int before = 1;
          int total = 0; //: first
          for (int item : items) {
            if (item == stop) return total;
            if (item < 0) throw new IllegalArgumentException();
            total += item;
          }
          total += 1; //: last
          return before; //: after
        }
        static int looped(int turns) {
          int seen = 0;
          for (int turn = 0; turn < turns; turn++) {
            long value = turn * 2L; //: body first
            seen += (int) value; //: body last
          }
          return seen;
        }
        static int head(int turns) {
          while (turns > 0) //: head
            turns--; //: turn
          return turns;
        }
        static int nested(int n) {
          int inner = 0;
          inner += n == 0 ? 0 : nested(n - 1); //: nested
          return inner + 1;
        }
        static int guarded(boolean fails) {
          try {
            if (fails) throw new IllegalStateException(); //: guarded
          } catch (IllegalStateException caught) {
            spin(20_000_000); return 1; //: handler
          } finally {
            fails = false; //: finally
          }
          return 2;
        }
        static int stops(java.util.concurrent.Semaphore at, java.util.concurrent.Semaphore go)
            throws Exception {
          int turns = 0;
          while (turns < 3) {
            at.release();
            go.acquire(); //: inner first
            turns++; //: inner last
          }
          return turns;
        }
        static int branches(int n) {
          int left = n;
          while (left > 0) {
            if (left == 3) { //: branch first
              left -= 2;
              continue;
            }
            if (left > 5) break; //: branch last
            left--;
          }
          return left;
        }
        final int field;
        Timed(int n) {
          super();
          field = fails(n); //: constructed
        }
        static long many(
            long a, double b, int c, String d, int[] e, boolean f, String[][] g, char h) {
          long first = a + c; //: many first
          String second = d + e.length + f;
          for (String[] one : g) {
            String inner = one[0];
            first += inner.length();
          }
          Object[] third = {second, h, b}; //: many last
          return first + third.length;
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

  private static Probe of(String method) {
    return Probe.at(place.source.className() + "#" + method).time();
  }

  private static Placed timer(String method) throws Exception {
    return Placed.on(of(method));
  }

  private static Probe between(String first, String last) {
    return Probe.at(place.at(first) + ".." + place.line(last)).time();
  }

  private static Placed timer(String first, String last) throws Exception {
    return Placed.on(between(first, last));
  }

  /** That so many passages ended, so many of them by an exception, and none is open or lost. */
  private static void assertEnded(Placed timer, long ended, long exceptions) {
    assertEquals(List.of(ended, exceptions, 0L, 0L), numbers(timer), () -> "" + timer.report());
    assertEquals(ended, timer.count("captured"));
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
  void aRangeAndEveryWayOutOfIt() throws Exception {
    try (Placed timer = timer("first", "last")) {
      Tree at = timer.report().at("at");
      assertEquals(place.line("first"), at.at("line").number());
      assertEquals(place.line("last"), at.at("last_line").number());
      assertEquals(1, place.call("ranged", new int[] {1, 2, 3}, 9));
      assertEnded(timer, 1, 0);
      assertEquals(1, place.call("ranged", new int[] {1, 2, 3}, 2), "left by return");
      assertEnded(timer, 2, 0);
      assertThrows(
          IllegalArgumentException.class, () -> place.call("ranged", new int[] {1, -1}, 9));
      assertEnded(timer, 3, 1);
      assertEquals(1, place.call("ranged", new int[0], 9));
      assertEnded(timer, 4, 1);
    }
  }

  @Test
  void aRangeInsideALoopIsAPassageEachTimeAndOneAroundItOne() throws Exception {
    try (Placed inside = timer("body first", "body last");
        Placed first = timer("body first", "body first");
        Placed last = timer("body last", "body last");
        Placed around = timer("head", "turn")) {
      assertEquals(42, place.call("looped", 7));
      for (Placed one : List.of(inside, first, last)) {
        assertEnded(one, 7, 0);
      }
      assertEquals(0, place.call("head", 5));
      assertEnded(around, 1, 0);
    }
  }

  @Test
  void jumpsOutOfARangeAndBackToItsBegin() throws Exception {
    try (Placed timer = timer("branch first", "branch last")) {
      // 4: through; 3: from its middle back to the loop's head; 1: through.
      assertEquals(0, place.call("branches", 4));
      assertEnded(timer, 3, 0);
      assertEquals(6, place.call("branches", 6));
      assertEnded(timer, 4, 0);
    }
  }

  @Test
  void aRangeOfARecursiveMethodIsAPassageOfEachCall() throws Exception {
    try (Placed timer = timer("nested", "nested")) {
      assertEquals(101, place.call("nested", 100));
      assertEnded(timer, 101, 0);
    }
  }

  @Test
  void aRangeLeftToAHandlerIsNoException() throws Exception {
    try (Placed timer = timer("guarded", "guarded");
        Placed handler = timer("handler", "handler");
        Placed last = timer("finally", "finally")) {
      for (boolean fails : new boolean[] {false, true, true}) {
        assertEquals(fails ? 1 : 2, place.call("guarded", fails));
      }
      assertEnded(timer, 3, 0);
      Tree running = timer.report().at("durations", "running");
      assertTrue(running.at("max_ns").number() < 20_000_000, "the handler is outside: " + running);
      // What is returned is computed before `finally` and returned behind it.
      assertEnded(handler, 4, 0);
      assertEnded(last, 3, 0);
    }
  }

  @Test
  void aConstructorIsTimedBehindTheOtherThatItCalls() throws Exception {
    try (Placed timer = timer("constructed", "constructed")) {
      Place.make(place.type(), 2);
      assertThrows(
          java.lang.reflect.InvocationTargetException.class, () -> Place.make(place.type(), 3));
      assertEnded(timer, 2, 1);
    }
  }

  @Test
  void variablesOfEveryTypeStayWhatTheyAre() throws Exception {
    Object[] given = {5L, 0.5, 3, "d", new int[2], true, new String[][] {{"x"}, {"yz"}}, 'h'};
    Object expected = place.call("many", given);
    try (Placed whole = timer("many");
        Placed range = timer("many first", "many last");
        Placed chosen = Placed.on(between("many first", "many last").condition("e.length == 2"));
        Placed other = Placed.on(of("many").condition("h == 'x' || g == null"));
        Placed line = Placed.on(place.at("many last"))) {
      assertEquals(expected, place.call("many", given));
      assertEnded(whole, 1, 0);
      assertEnded(range, 1, 0);
      assertEnded(chosen, 1, 0);
      assertEnded(other, 0, 0);
      assertEquals(1, other.count("condition_false"));
      assertEquals(11, line.locals().at("first").number());
    }
  }

  @Test
  void aConditionIsAskedAtTheBegin() throws Exception {
    try (Placed timer = Placed.on(of("recursive").condition("n > 3"))) {
      place.call("recursive", 9);
      assertEnded(timer, 6, 0);
      assertEquals(4, timer.count("condition_false"));
    }
    try (Placed timer = Placed.on(between("first", "last").condition("stop == 1"))) {
      place.call("ranged", new int[] {1, 2, 3}, 9);
      place.call("ranged", new int[] {3, 2, 1}, 1);
      assertEnded(timer, 1, 0);
      assertEquals(2, timer.hits());
    }
    // Left out once, it is left out until its end, however often its first line is run.
    try (Placed timer = Placed.on(between("head", "turn").condition("turns == 2"))) {
      place.call("head", 3);
      assertEnded(timer, 0, 0);
      assertEquals(1, timer.count("condition_false"));
      place.call("head", 2);
      assertEnded(timer, 1, 0);
    }
  }

  @Test
  void aConditionThatFailsOrIsTheMachinesIsCounted() throws Exception {
    try (Placed failing = Placed.on(between("many first", "many last").condition("e[7] == 1"));
        Placed matching = Placed.on(of("many").condition("d.contains(\"d\")"))) {
      place.call("many", 5L, 0.5, 3, "d", new int[2], true, new String[0][], 'h');
      assertEnded(failing, 0, 0);
      assertEquals(1, failing.count("condition_failed"));
      assertEnded(matching, 1, 0);
    }
  }

  @Test
  void whatRunsWhenTheProbeComesIsNotMeasuredByHalf() throws Exception {
    var at = new java.util.concurrent.Semaphore(0);
    var go = new java.util.concurrent.Semaphore(0);
    ExecutorService pool = Executors.newSingleThreadExecutor();
    try {
      Future<Object> running = pool.submit(() -> place.call("stops", at, go));
      at.acquire();
      try (Placed timer = timer("inner first", "inner last")) {
        go.release(3);
        assertEquals(3, running.get());
        assertEnded(timer, 0, 0);
        go.release(3);
        assertEquals(3, place.call("stops", at, go));
        assertEnded(timer, 3, 0);
      }
    } finally {
      pool.shutdown();
    }
  }

  @Test
  void whatAProbeBeganIsNoneOfTheNextOnes() throws Exception {
    ExecutorService pool = Executors.newSingleThreadExecutor();
    try {
      for (int round = 0; round < 3; round++) {
        var latch = new java.util.concurrent.CountDownLatch(1);
        Future<Object> running;
        try (Placed timer = timer("waits")) {
          running = pool.submit(() -> place.call("waits", latch, 1));
          Till.is(() -> numbers(timer).get(2) == 1, () -> "" + timer.report());
        }
        // At the same spot, while a call runs that the one before began.
        try (Placed timer = timer("waits")) {
          latch.countDown();
          assertEquals(1, running.get());
          assertEnded(timer, 0, 0);
          place.call("waits", latch, 1);
          assertEnded(timer, 1, 0);
        }
      }
    } finally {
      pool.shutdown();
    }
  }

  @Test
  void aLimitEndsTheProbeWithItsLastPassage() throws Exception {
    try (Placed timer = Placed.put(between("body first", "body last").limit(3).json()).armed()) {
      assertEquals(42, place.call("looped", 7));
      Till.is(() -> timer.state().equals("done"), () -> "" + timer.report());
      assertEquals(List.of(3L, 0L, 0L, 0L), numbers(timer));
    }
  }

  @Test
  void whatCannotBeTimedSaysSo() throws Exception {
    try (Placed across = Placed.put(between("first", "body last"))) {
      assertTrue(across.refusal().contains("lies in one function"), across.refusal());
    }
    try (Placed unknown = Placed.put(between("first", "last").condition("after == 1"))) {
      assertTrue(unknown.refusal().contains("after"), unknown.refusal());
    }
    Probe counted = Probe.at(place.source.path() + ":3..4").count();
    assertThrows(StillframeException.class, () -> Placed.put(counted));
  }
}
