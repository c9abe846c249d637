// Which classes of the JDK a capture reads by their structure, and where they keep what they hold.
//
// Knows the fields of JDK 17 to 25. Invariant: a class is known by its name and its loader, the boot
// loader, never by code of its own; where a field is not found the object is shown by its fields.

package java.stillframe;

final class Known {
  static final long LINKED_ITEM, LINKED_NEXT;
  static final long NODE_KEY, NODE_VALUE, NODE_NEXT, ENTRY_AFTER;
  static final long TREE_KEY, TREE_VALUE, TREE_LEFT, TREE_RIGHT, TREE_PARENT;
  static final long BIN_HASH, BIN_KEY, BIN_VALUE, BIN_NEXT, BIN_FIRST, BIN_NEXT_TABLE, CELL;
  static final long BIG_SIGN, BIG_DIGITS;
  private static final long NONE, NULL_KEY, NULL_VALUE;
  private static final Class<?> IMMUTABLE = Memory.named("java.util.ImmutableCollections");
  private static final Class<?> FORWARDING =
      Memory.named("java.util.concurrent.ConcurrentHashMap$ForwardingNode");
  private static final Class<?> TREE_BIN =
      Memory.named("java.util.concurrent.ConcurrentHashMap$TreeBin");

  static {
    Class<?> node = Memory.named("java.util.LinkedList$Node");
    LINKED_ITEM = Memory.offset(node, "item");
    LINKED_NEXT = Memory.offset(node, "next");
    node = Memory.named("java.util.HashMap$Node");
    NODE_KEY = Memory.offset(node, "key");
    NODE_VALUE = Memory.offset(node, "value");
    NODE_NEXT = Memory.offset(node, "next");
    ENTRY_AFTER = Memory.offset(Memory.named("java.util.LinkedHashMap$Entry"), "after");
    node = Memory.named("java.util.TreeMap$Entry");
    TREE_KEY = Memory.offset(node, "key");
    TREE_VALUE = Memory.offset(node, "value");
    TREE_LEFT = Memory.offset(node, "left");
    TREE_RIGHT = Memory.offset(node, "right");
    TREE_PARENT = Memory.offset(node, "parent");
    node = Memory.named("java.util.concurrent.ConcurrentHashMap$Node");
    BIN_HASH = Memory.offset(node, "hash");
    BIN_KEY = Memory.offset(node, "key");
    BIN_VALUE = Memory.offset(node, "val");
    BIN_NEXT = Memory.offset(node, "next");
    BIN_FIRST = Memory.offset(TREE_BIN, "first");
    BIN_NEXT_TABLE = Memory.offset(FORWARDING, "nextTable");
    node = Memory.named("java.util.concurrent.ConcurrentHashMap$CounterCell");
    CELL = Memory.offset(node, "value");
    NONE = Memory.offset(IMMUTABLE, "EMPTY");
    NULL_KEY = Memory.offset(java.util.IdentityHashMap.class, "NULL_KEY");
    NULL_VALUE = Memory.offset(java.util.EnumMap.class, "NULL");
    BIG_SIGN = Memory.offset(java.math.BigInteger.class, "signum");
    BIG_DIGITS = Memory.offset(java.math.BigInteger.class, "mag");
  }

  private Known() {}

  /** What stands in an ImmutableCollections.List12 or Set12 of one element for the second. */
  static Object none() {
    return Memory.constant(IMMUTABLE, NONE);
  }

  /** What stands in an IdentityHashMap for the key null. */
  static Object nullKey() {
    return Memory.constant(java.util.IdentityHashMap.class, NULL_KEY);
  }

  /** What stands in an EnumMap for the value null. */
  static Object nullOfEnums() {
    return Memory.constant(java.util.EnumMap.class, NULL_VALUE);
  }

  static boolean isForwarding(Object node) {
    return node.getClass() == FORWARDING && BIN_NEXT_TABLE != Memory.ABSENT;
  }

  static boolean isTreeBin(Object node) {
    return node.getClass() == TREE_BIN && BIN_FIRST != Memory.ABSENT;
  }

  /**
   * Finds the form of a type. Returns the class whose own fields, and those of its superclasses,
   * are not shown, because the form says what is in them; null if all are.
   */
  static Class<?> form(Class<?> type, Shape shape) {
    if (type.isArray()) {
      array(type.getComponentType(), shape);
      return type;
    }
    String name = type.getName();
    if (name.indexOf('/') >= 0) {
      shape.form = Shape.EMPTY;
      shape.kind = name.indexOf("$$Lambda") >= 0 ? Shape.FUNCTION : Shape.INSTANCE;
      return type;
    }
    for (Class<?> at = type; at != null; at = at.getSuperclass()) {
      if (Memory.isOfTheJvm(at) && known(at, at.getName(), shape)) {
        if (at != type && shape.form == Shape.BIG_INTEGER) {
          shape.form = Shape.BIG_NUMBER;
          shape.kind = Shape.NUMBER;
        }
        return at;
      }
    }
    return null;
  }

  /** The fields that a form shows besides those of the classes below it. */
  static void addFields(Shape shape, Class<?> base, Shapes.Fields fields) {
    if (base == Throwable.class) {
      fields.add("message", Memory.offset(base, "detailMessage"), Shape.REFERENCE);
      fields.add("cause", Memory.offset(base, "cause"), Shape.OWN);
    } else if (shape.form == Shape.CLASS_NAME) {
      fields.add("name", Memory.offset(base, "name"), Shape.REFERENCE);
    } else if (shape.form == Shape.DELEGATE) {
      // Shown where the other collection is of no form that is known.
      fields.add("c", shape.a, Shape.REFERENCE);
    }
  }

  private static void array(Class<?> element, Shape shape) {
    shape.kind = Shape.LIST;
    if (element == byte.class) {
      shape.form = Shape.BYTE_ARRAY;
    } else if (element == char.class) {
      shape.form = Shape.CHAR_ARRAY;
      shape.kind = Shape.TEXT;
    } else if (element == int.class) {
      shape.form = Shape.INT_ARRAY;
    } else if (element == long.class) {
      shape.form = Shape.LONG_ARRAY;
    } else if (element == double.class) {
      shape.form = Shape.DOUBLE_ARRAY;
    } else if (element == boolean.class) {
      shape.form = Shape.BOOLEAN_ARRAY;
    } else if (element == short.class) {
      shape.form = Shape.SHORT_ARRAY;
    } else if (element == float.class) {
      shape.form = Shape.FLOAT_ARRAY;
    } else {
      shape.form = Shape.ARRAY;
    }
  }

  /** Whether the class of this name is known; then its form is in the shape. */
  private static boolean known(Class<?> type, String name, Shape shape) {
    if (name.startsWith("java.util.Collections$")) {
      return wrapper(type, name.substring("java.util.Collections$".length()), shape);
    }
    return single(type, name, shape) || sequence(type, name, shape) || map(type, name, shape);
  }

  /** Gives the shape a form whose fields are at these names; false if one is not there. */
  private static boolean is(Shape shape, int form, int kind, Class<?> type, String... at) {
    long[] offsets = {Memory.ABSENT, Memory.ABSENT, Memory.ABSENT};
    for (int index = 0; index < at.length; index++) {
      offsets[index] = Memory.offset(type, at[index]);
      if (offsets[index] == Memory.ABSENT) {
        return false;
      }
    }
    shape.form = form;
    shape.kind = kind;
    shape.a = offsets[0];
    shape.b = offsets[1];
    shape.c = offsets[2];
    return true;
  }

  private static boolean passes(Shape shape, Class<?> type, String field, int part) {
    int kind = part == Shape.KEYS ? Shape.SET : part == Shape.VALUES ? Shape.LIST : Shape.INSTANCE;
    shape.part = part;
    return is(shape, Shape.DELEGATE, kind, type, field);
  }

  private static boolean single(Class<?> type, String name, Shape shape) {
    final int object = Shape.INSTANCE, number = Shape.NUMBER;
    switch (name) {
      case "java.lang.String": return is(shape, Shape.STRING, object, type);
      case "java.lang.Integer": return is(shape, Shape.BOXED_INT, number, type, "value");
      case "java.lang.Long": return is(shape, Shape.BOXED_LONG, number, type, "value");
      case "java.lang.Boolean": return is(shape, Shape.BOXED_BOOLEAN, number, type, "value");
      case "java.lang.Double": return is(shape, Shape.BOXED_DOUBLE, number, type, "value");
      case "java.lang.Character": return is(shape, Shape.BOXED_CHAR, number, type, "value");
      case "java.lang.Float": return is(shape, Shape.BOXED_FLOAT, number, type, "value");
      case "java.lang.Byte": return is(shape, Shape.BOXED_BYTE, number, type, "value");
      case "java.lang.Short": return is(shape, Shape.BOXED_SHORT, number, type, "value");
      case "java.math.BigInteger": return is(shape, Shape.BIG_INTEGER, number, type, "mag", "signum");
      case "java.math.BigDecimal":
        return is(shape, Shape.BIG_DECIMAL, object, type, "intCompact", "scale", "intVal");
      case "java.lang.Enum": return is(shape, Shape.ENUM, object, type, "name");
      case "java.lang.Throwable": return is(shape, Shape.FIELDS, object, type);
      case "java.lang.Class": return is(shape, Shape.CLASS_NAME, Shape.CLASS, type);
      case "java.lang.AbstractStringBuilder":
        return is(shape, Shape.BUILDER, Shape.TEXT, type, "value", "coder", "count");
      case "java.util.concurrent.atomic.AtomicInteger":
        return is(shape, Shape.STORED_INT, number, type, "value");
      case "java.util.concurrent.atomic.AtomicLong":
        return is(shape, Shape.STORED_LONG, number, type, "value");
      case "java.util.concurrent.atomic.AtomicBoolean":
        return is(shape, Shape.STORED_FLAG, object, type, "value");
      case "java.util.UUID":
        return is(shape, Shape.UUID, object, type, "mostSigBits", "leastSigBits");
      case "java.util.Date": return is(shape, Shape.DATE, object, type, "fastTime");
      case "java.time.LocalDate":
        return is(shape, Shape.LOCAL_DATE, object, type, "year", "month", "day");
      case "java.time.LocalTime": return is(shape, Shape.LOCAL_TIME, object, type, "hour", "minute");
      case "java.time.LocalDateTime":
        return is(shape, Shape.DATE_TIME, object, type, "date", "time");
      case "java.time.Instant": return is(shape, Shape.INSTANT, object, type, "seconds", "nanos");
      case "java.time.Duration": return is(shape, Shape.DURATION, object, type, "seconds", "nanos");
      case "java.time.OffsetDateTime":
        return is(shape, Shape.OFFSET_TIME, object, type, "dateTime", "offset");
      case "java.time.ZonedDateTime":
        return is(shape, Shape.ZONED_TIME, object, type, "dateTime", "offset", "zone");
      case "java.time.ZoneOffset":
      case "java.time.ZoneRegion": return is(shape, Shape.ZONE, object, type, "id");
      default: return false;
    }
  }

  private static boolean sequence(Class<?> type, String name, Shape shape) {
    final int list = Shape.LIST, set = Shape.SET;
    switch (name) {
      case "java.util.ArrayList":
        return is(shape, Shape.GROWING, list, type, "elementData", "size");
      case "java.util.Vector":
        return is(shape, Shape.GROWING, list, type, "elementData", "elementCount");
      case "java.util.PriorityQueue": return is(shape, Shape.GROWING, list, type, "queue", "size");
      case "java.util.ArrayList$SubList":
        return is(shape, Shape.SLICE, list, type, "root", "offset", "size");
      case "java.util.Arrays$ArrayList": return is(shape, Shape.FIXED, list, type, "a");
      case "java.util.concurrent.CopyOnWriteArrayList":
        return is(shape, Shape.FIXED, list, type, "array");
      case "java.util.ImmutableCollections$ListN":
        return is(shape, Shape.FIXED, list, type, "elements");
      case "java.util.ImmutableCollections$List12":
        return is(shape, Shape.ONE_OR_TWO, list, type, "e0", "e1");
      case "java.util.ImmutableCollections$SetN":
        return is(shape, Shape.SPARSE, set, type, "elements", "size");
      case "java.util.ImmutableCollections$Set12":
        return is(shape, Shape.ONE_OR_TWO, set, type, "e0", "e1");
      case "java.util.LinkedList": return is(shape, Shape.LINKED, list, type, "first", "size");
      case "java.util.ArrayDeque":
        return is(shape, Shape.RING, list, type, "elements", "head", "tail");
      case "java.util.RegularEnumSet":
        return is(shape, Shape.BITS, set, type, "elements", "universe");
      case "java.util.JumboEnumSet":
        return is(shape, Shape.MANY_BITS, set, type, "elements", "universe");
      case "java.util.Properties": return passes(shape, type, "map", Shape.SAME);
      case "java.util.HashSet": return passes(shape, type, "map", Shape.KEYS);
      case "java.util.TreeSet": return passes(shape, type, "m", Shape.KEYS);
      case "java.util.concurrent.CopyOnWriteArraySet": return passes(shape, type, "al", Shape.SAME);
      case "java.util.HashMap$KeySet":
      case "java.util.LinkedHashMap$LinkedKeySet":
        return passes(shape, type, "this$0", Shape.KEYS);
      case "java.util.HashMap$Values":
      case "java.util.LinkedHashMap$LinkedValues":
        return passes(shape, type, "this$0", Shape.VALUES);
      case "java.util.concurrent.ConcurrentHashMap$KeySetView":
        return passes(shape, type, "map", Shape.KEYS);
      case "java.util.concurrent.ConcurrentHashMap$ValuesView":
        return passes(shape, type, "map", Shape.VALUES);
      default: return false;
    }
  }

  private static boolean map(Class<?> type, String name, Shape shape) {
    final int map = Shape.MAP;
    switch (name) {
      case "java.util.LinkedHashMap":
        return is(shape, Shape.LINKED_MAP, map, type, "head", "size");
      case "java.util.HashMap": return is(shape, Shape.HASH_MAP, map, type, "table", "size");
      case "java.util.TreeMap": return is(shape, Shape.TREE_MAP, map, type, "root", "size");
      case "java.util.concurrent.ConcurrentHashMap":
        return is(shape, Shape.CONCURRENT_MAP, map, type, "table", "baseCount", "counterCells");
      case "java.util.IdentityHashMap": return is(shape, Shape.PAIRS, map, type, "table", "size");
      case "java.util.ImmutableCollections$MapN":
        return is(shape, Shape.PAIRS, map, type, "table", "size");
      case "java.util.ImmutableCollections$Map1":
        return is(shape, Shape.ONE_ENTRY, map, type, "k0", "v0");
      case "java.util.EnumMap":
        return is(shape, Shape.ENUM_MAP, map, type, "keyUniverse", "vals", "size");
      default: return false;
    }
  }

  /** The wrappers of java.util.Collections, by the rest of their names. */
  private static boolean wrapper(Class<?> type, String name, Shape shape) {
    switch (name) {
      case "SingletonList": return is(shape, Shape.ONE, Shape.LIST, type, "element");
      case "SingletonSet": return is(shape, Shape.ONE, Shape.SET, type, "element");
      case "SingletonMap": return is(shape, Shape.ONE_ENTRY, Shape.MAP, type, "k", "v");
      case "EmptyList": return is(shape, Shape.NONE, Shape.LIST, type);
      case "EmptySet": return is(shape, Shape.NONE, Shape.SET, type);
      case "EmptyMap": return is(shape, Shape.NO_ENTRY, Shape.MAP, type);
      case "SetFromMap": return passes(shape, type, "m", Shape.KEYS);
      default: break;
    }
    boolean wraps = name.startsWith("Unmodifiable") || name.startsWith("Synchronized")
        || name.startsWith("Checked");
    if (!wraps || name.indexOf('$') >= 0 || name.endsWith("Entry")) {
      return false;
    }
    return passes(shape, type, name.endsWith("Map") ? "m" : "c", Shape.SAME);
  }
}
