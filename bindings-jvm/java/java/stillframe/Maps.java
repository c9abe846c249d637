// The entries of maps of the JDK, read where they are stored: all of them, or keys or values alone.
//
// Knows forms, not how an entry is written. Invariant: as that of Contents: whatever other threads do
// to a map meanwhile, every loop ends. Order is that of the map's own iterator.

package java.stillframe;

import jdk.internal.misc.Unsafe;

final class Maps {
  private static final Unsafe U = Memory.U;
  /** Steps from an entry of a tree to the next: a tree of all memory is less than twice as deep. */
  private static final int MOST_STEPS = 128;

  private Maps() {}

  static long length(Object map, Shape shape) {
    switch (shape.form) {
      case Shape.ONE_ENTRY: return 1;
      case Shape.NO_ENTRY: return 0;
      case Shape.CONCURRENT_MAP: return concurrentLength(map, shape);
      case Shape.ENUM_MAP: return U.getInt(map, shape.c);
      default: return U.getInt(map, shape.b);
    }
  }

  private static long concurrentLength(Object map, Shape shape) {
    long length = U.getLong(map, shape.b);
    for (Object cell : Contents.array(map, shape.c)) {
      length += cell == null ? 0 : U.getLong(cell, Known.CELL);
    }
    return length;
  }

  /** What it returns is as of an item of a Walk. */
  static long write(Object map, Shape shape, int part, long at, int level, Walk walk) {
    switch (shape.form) {
      case Shape.HASH_MAP: return hashed(map, shape, part, at, level, walk);
      case Shape.LINKED_MAP: return linked(map, shape, part, at, level, walk);
      case Shape.TREE_MAP: return tree(map, shape, part, at, level, walk);
      case Shape.CONCURRENT_MAP:
        Object[] table = Contents.array(map, shape.a);
        return concurrent(table, part, at, level, walk, shape);
      case Shape.PAIRS: return pairs(map, shape, part, at, level, walk);
      case Shape.ENUM_MAP: return enums(map, shape, part, at, level, walk);
      case Shape.ONE_ENTRY:
        Object value = U.getReference(map, shape.b);
        return entry(U.getReference(map, shape.a), value, part, 0, true, at, level, walk, shape);
      default: return at;
    }
  }

  private static long entry(Object key, Object value, int part, int taken, boolean isLast, long at,
      int level, Walk walk, Shape shape) {
    if (taken >= walk.items) {
      return walk.enough(at);
    }
    switch (part) {
      case Shape.KEYS: return walk.item(key, at, level, isLast, shape);
      case Shape.VALUES: return walk.item(value, at, level, isLast, shape);
      default: return walk.entry(key, value, at, level, isLast, shape);
    }
  }

  private static long hashed(Object map, Shape shape, int part, long at, int level, Walk walk) {
    Object[] table = Contents.array(map, shape.a);
    int size = U.getInt(map, shape.b);
    int taken = 0;
    for (int index = 0; index < table.length && at >= 0; index++) {
      Object node = table[index];
      if (node == null && walk.endsAtGap()) {
        return ~at;
      }
      while (node != null && at >= 0) {
        Object key = U.getReference(node, Known.NODE_KEY);
        Object value = U.getReference(node, Known.NODE_VALUE);
        boolean isLast = taken + 1 == size;
        at = entry(key, value, part, taken++, isLast, at, level, walk, shape);
        node = U.getReference(node, Known.NODE_NEXT);
      }
    }
    return at;
  }

  private static long linked(Object map, Shape shape, int part, long at, int level, Walk walk) {
    Object node = U.getReference(map, shape.a);
    for (int taken = 0; node != null && at >= 0; taken++) {
      Object next = U.getReference(node, Known.ENTRY_AFTER);
      Object key = U.getReference(node, Known.NODE_KEY);
      Object value = U.getReference(node, Known.NODE_VALUE);
      at = entry(key, value, part, taken, next == null, at, level, walk, shape);
      node = next;
    }
    return at;
  }

  private static long tree(Object map, Shape shape, int part, long at, int level, Walk walk) {
    int size = U.getInt(map, shape.b);
    Object node = leftmost(U.getReference(map, shape.a));
    for (int taken = 0; node != null && at >= 0; taken++) {
      Object key = U.getReference(node, Known.TREE_KEY);
      Object value = U.getReference(node, Known.TREE_VALUE);
      at = entry(key, value, part, taken, taken + 1 == size, at, level, walk, shape);
      node = following(node);
    }
    return at;
  }

  private static Object leftmost(Object node) {
    for (int step = 0; node != null && step < MOST_STEPS; step++) {
      Object left = U.getReference(node, Known.TREE_LEFT);
      if (left == null) {
        return node;
      }
      node = left;
    }
    return null;
  }

  private static Object following(Object node) {
    Object right = U.getReference(node, Known.TREE_RIGHT);
    if (right != null) {
      return leftmost(right);
    }
    for (int step = 0; step < MOST_STEPS; step++) {
      Object parent = U.getReference(node, Known.TREE_PARENT);
      if (parent == null || U.getReference(parent, Known.TREE_LEFT) == node) {
        return parent;
      }
      node = parent;
    }
    return null;
  }

  private static long concurrent(
      Object[] table, int part, long at, int level, Walk walk, Shape shape) {
    int taken = 0;
    for (int index = 0; index < table.length && at >= 0; index++) {
      Object node = table[index];
      Object other = null;
      if (node != null && Known.isForwarding(node)) {
        // The table is being doubled: this bin has become two of the next table.
        Object[] next = Contents.array(node, Known.BIN_NEXT_TABLE);
        int second = index + table.length;
        node = index < next.length ? next[index] : null;
        other = second < next.length ? next[second] : null;
      }
      if (walk.endsAtGap()) {
        return ~at;
      }
      for (int bin = 0; bin < 2 && at >= 0; bin++) {
        for (node = first(bin == 0 ? node : other); node != null && at >= 0; ) {
          Object value = U.getReference(node, Known.BIN_VALUE);
          if (value != null) {
            Object key = U.getReference(node, Known.BIN_KEY);
            at = entry(key, value, part, taken++, false, at, level, walk, shape);
          } else if (walk.endsAtGap()) {
            return ~at;
          }
          node = U.getReference(node, Known.BIN_NEXT);
        }
      }
    }
    return at;
  }

  /** The first node of a bin that holds entries. */
  private static Object first(Object node) {
    if (node != null && Known.isTreeBin(node)) {
      return U.getReference(node, Known.BIN_FIRST);
    }
    return node != null && Known.isForwarding(node) ? null : node;
  }

  /** Keys and values by turns, with gaps; null stands as an object of the map's own. */
  private static long pairs(Object map, Shape shape, int part, long at, int level, Walk walk) {
    Object[] table = Contents.array(map, shape.a);
    int size = U.getInt(map, shape.b);
    int taken = 0;
    for (int index = 0; index + 1 < table.length && at >= 0; index += 2) {
      Object key = table[index];
      if (key != null) {
        Object shown = key == Known.nullKey() ? null : key;
        boolean isLast = taken + 1 == size;
        at = entry(shown, table[index + 1], part, taken++, isLast, at, level, walk, shape);
      } else if (walk.endsAtGap()) {
        return ~at;
      }
    }
    return at;
  }

  private static long enums(Object map, Shape shape, int part, long at, int level, Walk walk) {
    Object[] keys = Contents.array(map, shape.a);
    Object[] values = Contents.array(map, shape.b);
    int size = U.getInt(map, shape.c);
    int taken = 0;
    for (int index = 0; index < keys.length && index < values.length && at >= 0; index++) {
      Object value = values[index];
      if (value != null) {
        Object shown = value == Known.nullOfEnums() ? null : value;
        boolean isLast = taken + 1 == size;
        at = entry(keys[index], shown, part, taken++, isLast, at, level, walk, shape);
      }
    }
    return at;
  }
}
