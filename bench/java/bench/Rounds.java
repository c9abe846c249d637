// Rounds over the cases of a subject, in one JVM: least nanoseconds an iteration of each.
//
//     java … bench.Rounds SUBJECT ROUNDS MILLISECONDS
//
// Prints `name<TAB>nanoseconds` a line. Knows no rows. Invariant: within a round everything is measured
// once, so that a machine that becomes slower does so for all, and the minimum counts.

package bench;

import java.util.Collections;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntBinaryOperator;

final class Rounds {
  /** Loops that are compared with, never probed. */
  private static final List<String> BASES =
      List.of("Base", "Again", "FieldBase", "Calls", "CaptureBase");
  /** Short calls, after which the compiler takes the method as a whole and not its loop alone. */
  private static final int SHORT_CALLS = 12_000;
  private static final int SHORT = 32;

  private final Subject subject;
  private final long window;
  private final Map<String, Double> least = new LinkedHashMap<>();

  private Rounds(Subject subject, long window) {
    this.subject = subject;
    this.window = window;
  }

  public static void main(String[] arguments) {
    int status = 1;
    try {
      run(arguments);
      status = 0;
    } catch (Exception | LinkageError fault) {
      fault.printStackTrace();
    }
    // A peer's threads must not keep the process.
    System.exit(status);
  }

  private static void run(String[] arguments) throws Exception {
    Subject subject = Subjects.named(arguments[0]);
    long window = Long.parseLong(arguments[2]) * 1_000_000;
    Rounds rounds = new Rounds(subject, window);
    subject.start();
    for (int round = 0; round < Integer.parseInt(arguments[1]); round++) rounds.round();
    subject.control();
    subject.stop();
    rounds.least.forEach((name, ns) -> System.out.println(name + "\t" + ns));
  }

  private void round() throws Exception {
    List<String> bases = new ArrayList<>(BASES);
    // Whoever is always first pays for caches that are always cold.
    Collections.shuffle(bases);
    for (String base : bases) note(base, base(base));
    subject.arm();
    for (Subject.Case one : subject.cases()) {
      if (!one.name().equals("removed")) measure(one);
    }
    subject.disarm();
    for (Subject.Case one : subject.cases()) {
      if (one.name().equals("removed")) measure(one);
    }
  }

  private double base(String name) {
    IntBinaryOperator loop = Targets.LOOPS.get(name);
    for (int call = 0; call < SHORT_CALLS; call++) sink = loop.applyAsInt(SHORT, Subject.SEED);
    double best = Double.MAX_VALUE;
    long end = System.nanoTime() + window;
    while (System.nanoTime() < end) best = Math.min(best, once(loop, Subject.ITERATIONS));
    return best;
  }

  private void measure(Subject.Case one) throws Exception {
    int calls = subject.calls(one);
    if (calls == 0) return;
    IntBinaryOperator loop = subject.loop(one);
    int iterations = subject.iterations(one);
    subject.before(one);
    long ran = 0;
    if (iterations == Subject.ITERATIONS) {
      for (int call = 0; call < SHORT_CALLS; call++) sink = loop.applyAsInt(SHORT, Subject.SEED);
      ran = (long) SHORT_CALLS * SHORT;
    }
    double best = Double.MAX_VALUE;
    long end = System.nanoTime() + window;
    for (int call = 0; call < calls && (call == 0 || System.nanoTime() < end); call++) {
      subject.between(one);
      best = Math.min(best, once(loop, iterations));
      ran += iterations;
    }
    subject.after(one, ran);
    note(one.name(), best);
  }

  /** What loops answer with goes here, or the compiler would leave them out. */
  private static volatile int sink;

  private static double once(IntBinaryOperator loop, int iterations) {
    long began = System.nanoTime();
    sink = loop.applyAsInt(iterations, Subject.SEED);
    return (double) (System.nanoTime() - began) / iterations;
  }

  private void note(String name, double ns) {
    least.merge(name, ns, Math::min);
  }
}
