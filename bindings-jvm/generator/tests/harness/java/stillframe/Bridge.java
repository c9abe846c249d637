// The bridge as generated classes call it, that notes what was called.
//
// Knows nothing of captures. Invariant: what a call of `hit` led to is what `outcome` says.

package java.stillframe;

final class Bridge {
  static final long FRAME = 0x5157;
  static Object[][] data = new Object[0][];
  static boolean isFull, isBroken;
  static int site, falses;
  static Object[] handed;
  static String outcome = "false";

  private Bridge() {}

  static void reset() {
    site = -1;
    falses = 0;
    handed = null;
    outcome = "false";
    Writer.reset();
  }

  private static void reached(String what) {
    outcome = outcome.equals("false") ? what : outcome.concat("+").concat(what);
  }

  static Object[] data(int token) {
    return data[token];
  }

  static long open(int number) {
    site = number;
    reached(isFull ? "full" : "open");
    return isFull ? 0 : FRAME;
  }

  static void publish(long frame) {
    reached(frame == FRAME ? "publish" : "strange");
  }

  static void abandon(long frame) {
    reached(frame == FRAME ? "abandon" : "strange");
  }

  static void slow(int number, Object[] locals) {
    site = number;
    handed = locals;
    reached("slow");
    if (isBroken) {
      throw new IllegalStateException();
    }
  }

  static void hit(int number, Object[] locals) {
    site = number;
    handed = locals;
    reached("hit");
    if (isBroken) {
      throw new IllegalStateException();
    }
  }

  static long begun(int number) {
    site = number;
    reached("begun");
    return 77;
  }

  static long slowBegun(int number, Object[] locals) {
    slow(number, locals);
    return 78;
  }

  static boolean isRedacted(String name) {
    return name.equals("password");
  }

  static void countFalse(int number) {
    site = number;
    falses++;
  }
}
