// A breakpoint of the tool interface, by the agent of `breakpoint.c`.

package bench;

final class Breakpoint extends Means {
  private static native void set(Class<?> of, int line, int slot, int value);

  private static native void clearIt();

  private static native long seenEver();

  private static native long matchedEver();

  @Override
  String name() {
    return "jvmti";
  }

  @Override
  void set(String loop, boolean isConditional, int value) throws ClassNotFoundException {
    set(Class.forName("bench.Targets$" + loop), line(loop), isConditional ? STATE_SLOT : -1, value);
  }

  @Override
  void clear() {
    clearIt();
  }

  @Override
  long seen() {
    return seenEver();
  }

  @Override
  long matched() {
    return matchedEver();
  }

  @Override
  int hits() {
    return 500;
  }
}
