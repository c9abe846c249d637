// What the JVM itself offers: a breakpoint at a time, in a subject's own way of setting it.
//
// Invariant: each iteration is seen once, and none whose condition is false matches.

package bench;

import java.util.List;

abstract class Means extends Subject {
  static final Case COUNT = new Case("count", "Count", "Base");
  static final Case CONDITION = new Case("condition_false", "ConditionFalse", "Base");
  private static final Case REMOVED = new Case("removed", "Removed", "Base");
  private static final List<Case> CASES = List.of(
      new Case("unprobed_function", "Calls", "Calls"),
      new Case("unprobed_line", "Cold", "Base"),
      COUNT,
      CONDITION,
      REMOVED);
  /** Slot of `state` in the measured methods. */
  static final int STATE_SLOT = 2;

  private long before;

  /** Puts a breakpoint on the marked line of a loop; with a condition, it is `state == value`. */
  abstract void set(String loop, boolean isConditional, int value) throws Exception;

  abstract void clear() throws Exception;

  /** Times it was reached, ever. */
  abstract long seen() throws Exception;

  /** Times the condition was true, ever. */
  abstract long matched() throws Exception;

  /** Iterations of one call with the breakpoint on the line. */
  abstract int hits();

  @Override
  List<Case> cases() {
    return CASES;
  }

  @Override
  void arm() {}

  @Override
  void disarm() throws Exception {
    set("Removed", true, 0);
    clear();
  }

  @Override
  int iterations(Case one) {
    return one == COUNT || one == CONDITION ? hits() : ITERATIONS;
  }

  @Override
  void before(Case one) throws Exception {
    before = seen();
    if (one == REMOVED) return;
    set(one.loop().equals("Calls") ? "ConditionFalse" : one.loop(), one != COUNT, 0);
  }

  @Override
  void after(Case one, long ran) throws Exception {
    if (one != REMOVED) clear();
    boolean isReached = one == COUNT || one == CONDITION;
    expect(name() + " " + one.name(), seen() - before, isReached ? ran : 0L);
    expect(name() + " matches", matched(), 0L);
  }

  @Override
  void control() throws Exception {
    set("ConditionFalse", true, SEED);
    Targets.LOOPS.get("ConditionFalse").applyAsInt(1, SEED);
    clear();
    expect(name() + " with a true condition", matched(), 1L);
  }
}
