// What the objects of one class are made of, as a capture shows them.
//
// Plain data, made by Shapes. Knows no object. Invariant: it holds no class but by a weak reference, so
// that it keeps no class loader from being unloaded; it is not changed once it is made, but for the
// guesses, which may be wrong.

package java.stillframe;

final class Shape {
  // Kinds of the stream.
  static final int LIST = 0, MAP = 2, SET = 3, TEXT = 6, NUMBER = 8, INSTANCE = 9, CLASS = 10;
  static final int FUNCTION = 11;

  // What a field holds. OWN is the cause of a Throwable, which is the Throwable itself while unset.
  static final byte INT = 0, LONG = 1, DOUBLE = 2, BOOLEAN = 3, BYTE = 4, SHORT = 5, CHAR = 6;
  static final byte FLOAT = 7, REFERENCE = 8, OWN = 9, REDACTED = 10;
  /** Where a field's word says what it holds; below it where the field is. */
  static final int HELD = 24;
  static final int OFFSET = (1 << HELD) - 1;

  // Forms. Up to BIG_INTEGER: a value without children.
  static final int STRING = 1, BOXED_INT = 2, BOXED_LONG = 3, BOXED_BOOLEAN = 4, BOXED_DOUBLE = 5;
  static final int BOXED_CHAR = 6, BOXED_FLOAT = 7, BOXED_BYTE = 8, BOXED_SHORT = 9;
  static final int BYTE_ARRAY = 10, BIG_INTEGER = 11;
  // Objects of fields alone.
  static final int FIELDS = 20, EMPTY = 21, CLASS_NAME = 22;
  // Objects that store one value; perhaps fields of a subclass besides.
  static final int ENUM = 30, BIG_DECIMAL = 31, LOCAL_DATE = 32, LOCAL_TIME = 33, DATE_TIME = 34;
  static final int INSTANT = 35, DURATION = 36, OFFSET_TIME = 37, ZONED_TIME = 38, ZONE = 39;
  static final int UUID = 40, DATE = 41, STORED_INT = 42, STORED_LONG = 43, STORED_FLAG = 44;
  static final int BUILDER = 45, CHAR_ARRAY = 46, BIG_NUMBER = 47;
  // Collections: of elements …
  static final int ARRAY = 50, INT_ARRAY = 51, LONG_ARRAY = 52, DOUBLE_ARRAY = 53;
  static final int BOOLEAN_ARRAY = 54, SHORT_ARRAY = 55, FLOAT_ARRAY = 56;
  static final int GROWING = 57, FIXED = 58, SPARSE = 59, LINKED = 60, RING = 61, ONE_OR_TWO = 62;
  static final int ONE = 63, NONE = 64, SLICE = 65, BITS = 66, MANY_BITS = 67;
  // … of entries …
  static final int HASH_MAP = 80, LINKED_MAP = 81, TREE_MAP = 82, CONCURRENT_MAP = 83;
  static final int PAIRS = 84, ENUM_MAP = 85, ONE_ENTRY = 86, NO_ENTRY = 87;
  // … and what only passes on to another collection, perhaps its keys or values alone.
  static final int DELEGATE = 100;
  static final int SAME = 0, KEYS = 1, VALUES = 2;

  /** Unlike that of any other shape of the process. */
  int id;
  /** The class that it is the shape of. */
  final java.lang.ref.WeakReference<Class<?>> type;
  int form = FIELDS;
  int kind = INSTANCE;
  /** Where the form's own fields are. */
  long a = Memory.ABSENT, b = Memory.ABSENT, c = Memory.ABSENT;
  /** What a DELEGATE shows of the other collection. */
  int part = SAME;
  /**
   * Of each field: where it is, what it holds, and in the upper half FIELD and the number of its
   * name for all captures as the stream has it, zero if it has none. All that costs one load.
   */
  long[] fields = {};
  /** The number of the type's name for all captures, three bytes of the stream; 0 if none. */
  int typed;
  /** Names of the type, then of the fields, that have no number: texts in words of eight bytes. */
  long[][] spelled;
  /** Bytes of each. */
  int[] lengths;

  /** The shape that an element, and then that each field, had last: the next is mostly the same. */
  Shape[] guesses;

  Shape(Class<?> type) {
    this.type = new java.lang.ref.WeakReference<>(type);
  }

  /** The shape of an object. A guess that is right costs no look-up that anything waits for. */
  static Shape of(Object object, Shape[] guesses, int index) {
    Class<?> type = object.getClass();
    Shape guess = guesses[index];
    if (guess != null && guess.type.refersTo(type)) {
      return guess;
    }
    Shape shape = Shapes.of(type);
    // Other threads read the guess without a fence: they must find what is in it.
    Memory.U.storeFence();
    guesses[index] = shape;
    return shape;
  }

  boolean isCollection() {
    return form >= ARRAY && form < DELEGATE;
  }

  boolean isMap() {
    return form >= HASH_MAP && form < DELEGATE;
  }

  boolean storesOne() {
    return form >= ENUM && form < ARRAY;
  }
}
