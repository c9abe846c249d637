// The writer as generated classes call it, that keeps what it was given.
//
// Knows no stream. Invariant: each value is kept in the box of the type it was given as.

package java.stillframe;

import java.util.ArrayList;
import java.util.List;

final class Writer {
  static final List<Object> written = new ArrayList<>();

  private Writer() {}

  static Writer of(long frame) {
    if (frame != Bridge.FRAME) {
      throw new IllegalStateException("not this frame");
    }
    return new Writer();
  }

  static void reset() {
    written.clear();
  }

  private static void add(int ordinal, Object value) {
    if (ordinal != written.size() || Bridge.isBroken) {
      throw new IllegalStateException("not this local");
    }
    written.add(value);
  }

  void local(int ordinal, boolean value) {
    add(ordinal, value);
  }

  void local(int ordinal, byte value) {
    add(ordinal, value);
  }

  void local(int ordinal, short value) {
    add(ordinal, value);
  }

  void local(int ordinal, char value) {
    add(ordinal, value);
  }

  void local(int ordinal, int value) {
    add(ordinal, value);
  }

  void local(int ordinal, long value) {
    add(ordinal, value);
  }

  void local(int ordinal, float value) {
    add(ordinal, value);
  }

  void local(int ordinal, double value) {
    add(ordinal, value);
  }

  void local(int ordinal, Object value) {
    add(ordinal, value);
  }

  void finish() {
    Bridge.outcome = Bridge.outcome.concat("+finish");
  }

  static void abandon(long frame) {
    written.clear();
  }
}
