// One way to look into a running line, and how its cases are measured.
//
// Invariant: what a subject counted is compared with what was run, to the unit, where it counts.

package bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntBinaryOperator;

abstract class Subject {
  /** Name of the file with the measured code, as class files have it. */
  static final String FILE = "Targets.java";
  /** Never 0. */
  static final int SEED = 1;

  /** A case: its row, what it runs, and what that is compared with, if it is. */
  record Case(String name, String loop, String base) {}

  /** Iterations of one call, where they cost little. */
  static final int ITERATIONS = 20_000;

  private static final List<String> LINES = lines();

  private static List<String> lines() {
    try {
      return Files.readAllLines(Path.of(System.getProperty("bench.targets")));
    } catch (IOException error) {
      throw new IllegalStateException("the measured code cannot be read: " + error, error);
    }
  }

  /** Number of the line that is marked for `loop`. */
  static int line(String loop) {
    for (int at = 0; at < LINES.size(); at++) {
      if (LINES.get(at).endsWith("// PROBE " + loop)) return at + 1;
    }
    throw new IllegalStateException("no line of " + FILE + " is marked " + loop);
  }

  /** A case did not do what it is meant to measure. */
  static void expect(String what, Object found, Object wanted) {
    if (!wanted.equals(found)) {
      throw new IllegalStateException(what + ": " + found + " instead of " + wanted);
    }
  }

  abstract String name();

  abstract List<Case> cases();

  void start() throws Exception {}

  /** Before a round. */
  abstract void arm() throws Exception;

  /** After a round: nothing is probed. */
  abstract void disarm() throws Exception;

  /** What a case runs. */
  IntBinaryOperator loop(Case one) {
    return Targets.LOOPS.get(one.loop());
  }

  /** Iterations of one call for `one`. */
  int iterations(Case one) {
    return ITERATIONS;
  }

  /** Calls at most in one measurement of `one`; 0 while there is nothing to measure. */
  int calls(Case one) {
    return Integer.MAX_VALUE;
  }

  /** Before a measurement of `one`. */
  void before(Case one) throws Exception {}

  /** Before each of its calls. */
  void between(Case one) throws Exception {}

  /** After it, which was so many iterations. */
  void after(Case one, long ran) throws Exception {}

  /** After all rounds: whether a condition that becomes true is noticed. */
  void control() throws Exception {}

  void stop() throws Exception {}
}
