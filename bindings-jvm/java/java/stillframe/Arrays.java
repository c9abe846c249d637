// The elements of arrays of numbers.
//
// Knows no objects. Invariant: as many elements as the limit allows and the bytes hold, and the reason
// why the rest is missing.

package java.stillframe;

final class Arrays {
  private Arrays() {}

  /** What it returns is as of an item of a Walk. */
  static long write(Object array, Shape shape, long at, Walk walk) {
    int length = (int) Contents.length(array, shape, walk);
    int most = Math.min(length, walk.items);
    for (int index = 0; index < most; index++) {
      walk.tick();
      if (walk.stop == 0 && at + Put.MARGIN > walk.limit) {
        walk.full();
      }
      if (walk.stop != 0) {
        walk.rest = walk.stop;
        return ~at;
      }
      at = element(array, shape.form, index, at);
    }
    return most < length ? walk.enough(at) : at;
  }

  private static long element(Object array, int form, int index, long at) {
    switch (form) {
      case Shape.INT_ARRAY: return Put.integer(at, ((int[]) array)[index]);
      case Shape.LONG_ARRAY: return Put.integer(at, ((long[]) array)[index]);
      case Shape.DOUBLE_ARRAY: return Put.real(at, ((double[]) array)[index]);
      case Shape.BOOLEAN_ARRAY: return Put.flag(at, ((boolean[]) array)[index]);
      case Shape.SHORT_ARRAY: return Put.integer(at, (int) ((short[]) array)[index]);
      default: return Put.real(at, ((float[]) array)[index]);
    }
  }
}
