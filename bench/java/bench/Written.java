// The writer of captures alone, on the variables of `Targets.Capture`, with the native side played.
//
// A process takes 25 snapshots a second, of which the compiler takes no notice for minutes: this has the
// writer compiled before a capture is measured. Knows the writer by `java.stillframe.Capture` of its
// tests, which lies on the boot class path. Invariant: no frame of the agent has the number used here.

package bench;

import java.stillframe.Capture;
import java.util.List;

final class Written {
  private static final int[] LIMITS = {3, 100, 50, 256, 64 << 10};
  private static final String[] NAMES = {
    "n", "x", "order", "rows", "item", "name", "price", "isNew", "state", "i"
  };
  /** The last of 64: the agent takes the first that is free. */
  private static final int BUFFER = 63;
  private static final int HEAD_BYTES = 80;

  private static final Capture CAPTURE =
      new Capture(LIMITS, BUFFER, new byte[HEAD_BYTES], 0, NAMES, new String[0]);

  private Written() {}

  /** Writes `n` captures and answers with the bytes of one. */
  static int run(int n, int x) {
    CAPTURE.open(Long.MAX_VALUE);
    Targets.Order order = Targets.ORDER;
    List<Object> rows = Targets.ROWS;
    Targets.Item item = Targets.ITEMS[5];
    int bytes = 0;
    for (int i = 0; i < n; i++) {
      CAPTURE.reopen(Long.MAX_VALUE);
      CAPTURE.local(0, n);
      CAPTURE.local(1, x);
      CAPTURE.local(2, order);
      CAPTURE.local(3, rows);
      CAPTURE.local(4, item);
      CAPTURE.local(5, "checkout");
      CAPTURE.local(6, 129.9);
      CAPTURE.local(7, true);
      CAPTURE.local(8, i);
      CAPTURE.local(9, i);
      bytes = CAPTURE.finish();
    }
    return bytes;
  }
}
