// Numbers of the capture stream: core/src/capture/stream.rs is its specification.
//
// Knows nothing. Invariant: numbers are only ever added.

package java.stillframe;

final class Stream {
  static final int NULL = 0x00, FALSE = 0x02, TRUE = 0x03, INT8 = 0x04, INT32 = 0x05, INT64 = 0x06;
  static final int FLOAT = 0x07, BIG_INT = 0x08, FLOAT32 = 0x09, TEXT = 0x10, TEXT_CUT = 0x14;
  static final int BYTES = 0x18, BYTES_CUT = 0x19, OPEN = 0x20, HEAD = 0x21, ENTRY = 0x22;
  static final int FIELD = 0x23, REST = 0x24, CLOSE = 0x25, REF = 0x26, MISSING = 0x27;
  static final int WATCH = 0x33, FAILED_CODE = 0x35, LOCAL = 0x36, MORE_LOCALS = 0x37;
  static final int CHILDREN = 0x38, MORE_WATCHES = 0x3a, END = 0x3f;
  static final int LATIN1 = 1, UTF16 = 2;

  // Reasons.
  static final int NEEDS_CODE = 3, REDACTED = 5, UNREADABLE = 6, DEPTH = 7, ITEMS = 8, FIELDS = 9;
  static final int TOO_MANY_BYTES = 10, DEADLINE = 11;

  private Stream() {}
}
