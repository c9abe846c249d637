// The elements of collections of the JDK and of arrays, read where they are stored.
//
// Knows forms, not how a value is written. Invariant: other threads may change a collection meanwhile,
// so no size is trusted, every index is one of the array at hand, and every loop ends: by the number
// of items, of steps, or by the deadline.
//
// What a loop returns is where the next byte goes; or its complement, which is negative, if nothing
// more is to be written.

package java.stillframe;

import jdk.internal.misc.Unsafe;

final class Contents {
  private static final Unsafe U = Memory.U;
  /** Wrappers within wrappers that are followed. */
  private static final int MOST_WRAPPERS = 8;

  private Contents() {}

  /** What holds the elements: the object itself, or what it passes on to; null if unknown. */
  static Object inner(Object object, Shape shape) {
    Object at = object;
    Shape of = shape;
    boolean parts = false;
    for (int wrapper = 0; of.form == Shape.DELEGATE; wrapper++) {
      parts |= of.part != Shape.SAME;
      at = U.getReference(at, of.a);
      if (at == null || wrapper >= MOST_WRAPPERS) {
        return null;
      }
      of = Shapes.of(at.getClass());
    }
    return of.isCollection() && (!parts || of.isMap()) ? at : null;
  }

  /** Which part of a map a wrapper shows. */
  static int part(Object object, Shape shape) {
    Object at = object;
    Shape of = shape;
    for (int wrapper = 0; of.form == Shape.DELEGATE && wrapper < MOST_WRAPPERS; wrapper++) {
      if (of.part != Shape.SAME) {
        return of.part;
      }
      at = U.getReference(at, of.a);
      if (at == null) {
        return Shape.SAME;
      }
      of = Shapes.of(at.getClass());
    }
    return Shape.SAME;
  }

  /** The kind of what a wrapper shows. */
  static int kind(Object object, Shape shape) {
    Object inner = inner(object, shape);
    if (inner == null) {
      return Shape.INSTANCE;
    }
    int part = part(object, shape);
    int kind = Shapes.of(inner.getClass()).kind;
    return part == Shape.KEYS ? Shape.SET : part == Shape.VALUES ? Shape.LIST : kind;
  }

  /** Children in all, as far as the object says; negative if it does not. */
  static long length(Object object, Shape shape, Walk walk) {
    if (shape.form < Shape.ARRAY) {
      boolean isKnown = shape.form == Shape.EMPTY || shape.form == Shape.CLASS_NAME;
      return isKnown ? shape.fields.length : -1;
    }
    int own = shape.fields.length;
    if (shape.form == Shape.DELEGATE) {
      Object inner = inner(object, shape);
      if (inner == null) {
        return -1;
      }
      object = inner;
      shape = Shapes.of(inner.getClass());
      own--;
    }
    long items = shape.isMap() ? Maps.length(object, shape) : items(object, shape);
    return items < 0 ? -1 : items + own;
  }

  private static long items(Object object, Shape shape) {
    switch (shape.form) {
      case Shape.ARRAY: return ((Object[]) object).length;
      case Shape.INT_ARRAY: return ((int[]) object).length;
      case Shape.LONG_ARRAY: return ((long[]) object).length;
      case Shape.DOUBLE_ARRAY: return ((double[]) object).length;
      case Shape.BOOLEAN_ARRAY: return ((boolean[]) object).length;
      case Shape.SHORT_ARRAY: return ((short[]) object).length;
      case Shape.FLOAT_ARRAY: return ((float[]) object).length;
      case Shape.GROWING: return growing(array(object, shape.a), U.getInt(object, shape.b));
      case Shape.FIXED: return array(object, shape.a).length;
      case Shape.SPARSE: return U.getInt(object, shape.b);
      case Shape.LINKED: return U.getInt(object, shape.b);
      case Shape.RING: return ring(object, shape);
      case Shape.ONE_OR_TWO: return U.getReference(object, shape.b) == Known.none() ? 1 : 2;
      case Shape.ONE: return 1;
      case Shape.SLICE: return Math.max(0, U.getInt(object, shape.c));
      case Shape.BITS: return Long.bitCount(U.getLong(object, shape.a));
      case Shape.MANY_BITS: return manyBits(object, shape);
      default: return 0;
    }
  }

  /** An array that a field holds; empty while it holds none. */
  static Object[] array(Object object, long offset) {
    Object array = U.getReference(object, offset);
    return array instanceof Object[] ? (Object[]) array : NOTHING;
  }

  private static final Object[] NOTHING = {};

  private static int growing(Object[] array, int size) {
    return Math.max(0, Math.min(size, array.length));
  }

  private static int ring(Object object, Shape shape) {
    int capacity = array(object, shape.a).length;
    int size = U.getInt(object, shape.c) - U.getInt(object, shape.b);
    return Math.max(0, Math.min(size < 0 ? size + capacity : size, capacity));
  }

  private static int manyBits(Object object, Shape shape) {
    Object words = U.getReference(object, shape.a);
    int bits = 0;
    if (words instanceof long[]) {
      for (long word : (long[]) words) {
        bits += Long.bitCount(word);
      }
    }
    return bits;
  }

  /** Writes the elements or entries, or a part of them; `walk.rest` says why not all. */
  static long write(Object object, Shape shape, int part, long at, int level, Walk walk) {
    long to;
    if (shape.isMap()) {
      to = Maps.write(object, shape, part, at, level, walk);
    } else if (shape.form <= Shape.FLOAT_ARRAY && shape.form != Shape.ARRAY) {
      to = Arrays.write(object, shape, at, walk);
    } else {
      to = sequence(object, shape, at, level, walk);
    }
    if (to < 0) {
      return ~to;
    }
    walk.rest = 0;
    return to;
  }

  private static long sequence(Object object, Shape shape, long at, int level, Walk walk) {
    Object[] array;
    switch (shape.form) {
      case Shape.ARRAY:
        array = (Object[]) object;
        return range(array, 0, array.length, at, level, walk, shape);
      case Shape.GROWING:
        array = array(object, shape.a);
        return range(array, 0, growing(array, U.getInt(object, shape.b)), at, level, walk, shape);
      case Shape.FIXED:
        array = array(object, shape.a);
        return range(array, 0, array.length, at, level, walk, shape);
      case Shape.SLICE: return slice(object, shape, at, level, walk);
      case Shape.SPARSE: return sparse(array(object, shape.a), at, level, walk, shape);
      case Shape.LINKED: return linked(object, shape, at, level, walk);
      case Shape.RING:
        array = array(object, shape.a);
        int size = ring(object, shape);
        return ring(array, U.getInt(object, shape.b), size, at, level, walk, shape);
      case Shape.ONE: return one(U.getReference(object, shape.a), true, 0, at, level, walk, shape);
      case Shape.ONE_OR_TWO: return oneOrTwo(object, shape, at, level, walk);
      case Shape.BITS: return bits(object, shape, at, level, walk);
      case Shape.MANY_BITS: return bits(object, shape, at, level, walk);
      default: return at;
    }
  }

  /** Elements of an array from one index up to another, both within it. */
  private static long range(
      Object[] array, int from, int to, long at, int level, Walk walk, Shape shape) {
    for (int index = from; index < to && at >= 0; index++) {
      if (index - from >= walk.items) {
        return walk.enough(at);
      }
      at = walk.item(array[index], at, level, index == to - 1, shape);
    }
    return at;
  }

  private static long slice(Object object, Shape shape, long at, int level, Walk walk) {
    Object root = U.getReference(object, shape.a);
    Shape of = root == null ? null : Shapes.of(root.getClass());
    if (of == null || of.form != Shape.GROWING) {
      return at;
    }
    Object[] array = array(root, of.a);
    int from = Math.max(0, Math.min(U.getInt(object, shape.b), array.length));
    int size = Math.max(0, Math.min(U.getInt(object, shape.c), array.length - from));
    return range(array, from, from + size, at, level, walk, shape);
  }

  private static long one(
      Object item, boolean isLast, int taken, long at, int level, Walk walk, Shape shape) {
    return taken >= walk.items ? walk.enough(at) : walk.item(item, at, level, isLast, shape);
  }

  private static long oneOrTwo(Object object, Shape shape, long at, int level, Walk walk) {
    Object second = U.getReference(object, shape.b);
    boolean isOne = second == Known.none();
    at = one(U.getReference(object, shape.a), isOne, 0, at, level, walk, shape);
    return isOne || at < 0 ? at : one(second, true, 1, at, level, walk, shape);
  }

  private static long sparse(Object[] array, long at, int level, Walk walk, Shape shape) {
    int taken = 0;
    for (int index = 0; index < array.length && at >= 0; index++) {
      Object item = array[index];
      if (item != null) {
        at = one(item, false, taken++, at, level, walk, shape);
      } else if (walk.endsAtGap()) {
        return ~at;
      }
    }
    return at;
  }

  private static long linked(Object object, Shape shape, long at, int level, Walk walk) {
    Object node = U.getReference(object, shape.a);
    for (int taken = 0; node != null && at >= 0; taken++) {
      Object next = U.getReference(node, Known.LINKED_NEXT);
      Object item = U.getReference(node, Known.LINKED_ITEM);
      at = one(item, next == null, taken, at, level, walk, shape);
      node = next;
    }
    return at;
  }

  private static long ring(
      Object[] array, int start, int size, long at, int level, Walk walk, Shape shape) {
    if (start < 0 || start >= array.length) {
      return at;
    }
    for (int taken = 0; taken < size && at >= 0; taken++) {
      int index = start + taken;
      index -= index >= array.length ? array.length : 0;
      at = one(array[index], taken == size - 1, taken, at, level, walk, shape);
    }
    return at;
  }

  /** The constants of a set of an enum: a bit each. */
  private static long bits(Object object, Shape shape, long at, int level, Walk walk) {
    Object[] universe = array(object, shape.b);
    Object words = shape.form == Shape.BITS ? null : U.getReference(object, shape.a);
    long word = words == null ? U.getLong(object, shape.a) : 0;
    int taken = 0;
    for (int index = 0; index < universe.length && at >= 0; index++) {
      if (words instanceof long[]) {
        long[] many = (long[]) words;
        word = index >> 6 < many.length ? many[index >> 6] : 0;
      } else if (index >= Long.SIZE) {
        break;
      }
      if ((word >>> index & 1) != 0) {
        at = one(universe[index], false, taken++, at, level, walk, shape);
      }
    }
    return at;
  }
}
