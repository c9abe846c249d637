// The calls of timed methods that are under way on a thread, virtual ones too.
//
// Knows spots by number and no clock but the machine's. Invariant: what is pushed at a call's begin is
// popped at its end and by nothing else, however deep calls lie within each other.

package java.stillframe;

final class Calls {
  /** Calls within each other of which the begin is remembered. */
  private static final int MOST = 64;

  /** Used, then spot and begin of each. */
  private static final ThreadLocal<long[]> OF_THREAD = new ThreadLocal<>();

  private Calls() {}

  /** A call begins now, if it is measured. */
  static void push(int spot, boolean isMeasured) {
    long[] calls = OF_THREAD.get();
    if (calls == null) {
      calls = new long[1 + 2 * MOST];
      OF_THREAD.set(calls);
    }
    int used = (int) calls[0]++;
    if (used >= MOST) return;
    calls[1 + 2 * used] = spot;
    calls[2 + 2 * used] = isMeasured ? System.nanoTime() : 0;
  }

  /** The latest call ends: when it began, or 0 if it was not measured. */
  static long pop(int spot) {
    long[] calls = OF_THREAD.get();
    if (calls == null || calls[0] == 0) return 0;
    int used = (int) --calls[0];
    if (used >= MOST || calls[1 + 2 * used] != spot) return 0;
    return calls[2 + 2 * used];
  }
}
