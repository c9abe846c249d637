// The writer as generated classes call it, that keeps what it was given.
//
// Knows no stream. Invariant: each value is kept in the box of the type it was given as.

package java.stillframe;

import java.util.ArrayList;
import java.util.List;

final class Writer {
  static final List<Object> written = new ArrayList<>();

  private Writer() {}

  static void reset() {
    written.clear();
  }

  private static void add(long frame, int ordinal, Object value) {
    if (frame != Bridge.FRAME || ordinal != written.size() || Bridge.isBroken) {
      throw new IllegalStateException("not this local");
    }
    written.add(value);
  }

  static void local(long frame, int ordinal, boolean value) {
    add(frame, ordinal, value);
  }

  static void local(long frame, int ordinal, byte value) {
    add(frame, ordinal, value);
  }

  static void local(long frame, int ordinal, short value) {
    add(frame, ordinal, value);
  }

  static void local(long frame, int ordinal, char value) {
    add(frame, ordinal, value);
  }

  static void local(long frame, int ordinal, int value) {
    add(frame, ordinal, value);
  }

  static void local(long frame, int ordinal, long value) {
    add(frame, ordinal, value);
  }

  static void local(long frame, int ordinal, float value) {
    add(frame, ordinal, value);
  }

  static void local(long frame, int ordinal, double value) {
    add(frame, ordinal, value);
  }

  static void local(long frame, int ordinal, Object value) {
    add(frame, ordinal, value);
  }

  static void finish(long frame) {
    Bridge.outcome = Bridge.outcome.concat("+finish");
  }

  static void abandon(long frame) {
    written.clear();
  }
}
