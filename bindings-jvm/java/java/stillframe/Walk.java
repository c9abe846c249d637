// The walk of one capture: values, objects, what was written before, and when to stop.
//
// Knows neither records nor collections. Invariant: it runs no code of the application, takes no lock
// and allocates nothing for a class that it has met before; what does not fit is rolled back whole by
// whoever began it. One walk belongs to one buffer, and is used by the thread that claimed it.
//
// What a method returns is where the next byte goes, or 0 if the value did not fit; then `stop` says
// why. Objects are remembered by reference in an array that is emptied at the end. They are looked
// for among those whose shapes share a list, so no hash of theirs is needed: System.identityHashCode
// would write into the header of every object that a capture meets.

package java.stillframe;

import java.lang.ref.WeakReference;
import jdk.internal.misc.Unsafe;

final class Walk {
  /** Objects that a capture remembers; beyond, aliases are written again, cycles end by depth. */
  private static final int OBJECTS = 384;
  /** Lists that remembered objects are kept in, by their shapes. Power of two. */
  private static final int LISTS = 256;
  /** Names that a stream spells at most, as in the core. */
  private static final int MOST_NAMES = 0x3fff;
  /** Values between two looks at the clock: about 5 µs of walking. */
  private static final int VALUES_PER_LOOK = 256;
  /** Roots that the guesses are for; further ones share them. Power of two. */
  static final int GUESSES = 64;
  private static final Unsafe U = Memory.U;

  /** Bytes may be written up to here at present, and what ends an object a little behind. */
  long limit;
  long deadline;
  int depth, items, fields, stringBytes;
  /** Why nothing more is written at present; 0 if more is. */
  int stop;
  /** Names defined and objects opened so far. */
  int names, opened;
  /** The entry of the root written last, if it waits for its children; else negative. */
  int waiting;
  /** Why the children written last are not all; 0 if they are. */
  int rest;
  /** Children in all of the object opened last; negative if unknown. */
  long all;
  /** For texts that are made: of dates and decimal numbers. */
  final byte[] scratch = new byte[Digits.SCRATCH_BYTES];

  /** Of the roots. */
  final Shape[] guesses = new Shape[GUESSES];

  private final Shape[] keyGuess = new Shape[1];
  private int values;
  /** Of each list: below the epoch the entry remembered last, so that none needs clearing. */
  private final int[] lists = new int[LISTS];
  private int epoch;
  private Object[] objects = new Object[OBJECTS];
  /** Cleared by the first collection of young objects. */
  private WeakReference<Object> young = new WeakReference<>(null);
  /** Of each object: its ordinal, its list, and below them the entry before it. */
  private final long[] entries = new long[OBJECTS];
  private int remembered;

  void begin(int names, int opened) {
    forget();
    if (young.get() == null) {
      renew();
    }
    this.names = names;
    this.opened = opened;
    stop = 0;
    values = 0;
    epoch += 1 << 16;
    if (epoch == 0) {
      java.util.Arrays.fill(lists, 0);
      epoch = 1 << 16;
    }
  }

  /**
   * Takes a new array for the objects after each collection: to store into one that has grown old
   * costs a fence for each object with the default collector, a tenth of a capture.
   */
  private void renew() {
    objects = new Object[OBJECTS];
    young = new WeakReference<>(new Object());
  }

  /** Lets go of every object of the application. */
  void forget() {
    for (int at = 0; at < remembered; at++) {
      objects[at] = null;
    }
    remembered = 0;
  }

  Object remembered(int entry) {
    return objects[entry];
  }

  int ordinal(int entry) {
    return (int) (entries[entry] >>> 32);
  }

  /** Notes that something did not fit. Always 0. */
  long full() {
    if (stop == 0) {
      stop = Stream.TOO_MANY_BYTES;
    }
    return 0;
  }

  /** Why nothing more was written; goes on, unless the deadline has passed. */
  int takeStop() {
    int reason = stop == 0 ? Stream.TOO_MANY_BYTES : stop;
    stop = stop == Stream.DEADLINE ? stop : 0;
    return reason;
  }

  /** Counts values, or steps that may lead to none; now and then looks at the clock. */
  void tick(int count) {
    values += count;
    if (values >= VALUES_PER_LOOK) {
      look();
    }
  }

  void tick() {
    tick(1);
  }

  private void look() {
    values = 0;
    if (System.nanoTime() - deadline > 0) {
      stop = Stream.DEADLINE;
    }
  }

  /** Counts a place that holds no value. Whether nothing more is to be written: `rest` says why. */
  boolean endsAtGap() {
    tick();
    if (stop != 0) {
      rest = stop;
    }
    return stop != 0;
  }

  void rollBack(int names, int opened) {
    this.names = names;
    if (opened != this.opened) {
      while (remembered > 0 && ordinal(remembered - 1) >= opened) {
        int entry = --remembered;
        lists[list(entry)] = epoch | (int) entries[entry] & 0xffff;
        objects[entry] = null;
      }
      this.opened = opened;
    }
  }

  private int list(int entry) {
    return (int) entries[entry] >>> 16;
  }

  /** Writes FIELD and the name of a field, whose word is given. */
  private long named(Shape shape, int index, long field, long at) {
    if (at + Put.MARGIN > limit) {
      return full();
    }
    int named = (int) (field >>> 32);
    if (named == 0) {
      U.putByte(at, (byte) Stream.FIELD);
      return spelled(shape, index + 1, at + 1);
    }
    U.putInt(at, named);
    return at + 4;
  }

  /** Writes a name that the process's table had no room for. */
  private long spelled(Shape shape, int index, long at) {
    int length = shape.lengths[index];
    if (names >= MOST_NAMES || at + length + Put.MARGIN > limit) {
      return full();
    }
    return Put.words(shape.spelled[index], Put.varint(at, names++), length);
  }

  /**
   * Writes a value whose children stand so many levels below their variable. What its shape may be
   * is one of the guesses.
   */
  long value(Object object, long at, int level, Shape[] guesses, int guess) {
    if (at + Put.MARGIN > limit) {
      return full();
    }
    if (object == null) {
      U.putByte(at, (byte) Stream.NULL);
      return at + 1;
    }
    if (object.getClass() == String.class) {
      return string(object, at);
    }
    Shape shape = Shape.of(object, guesses, guess);
    if (shape.form < Shape.FIELDS) {
      return leaf(object, shape, at);
    }
    int entry = find(object, shape);
    if (entry >= 0) {
      return refer(entry, at);
    }
    if (shape.form == Shape.FIELDS && shape.typed != 0 && level < depth) {
      // What most objects are. `open` would do the same, a twentieth of a capture slower.
      U.putLongUnaligned(null, at, head(Stream.OPEN, shape.kind, shape));
      opened++;
      remember(object, shape);
      return close(fields(object, shape, shape.fields.length, at + 6, level + 1));
    }
    long to = open(Stream.OPEN, object, shape, at);
    if (to == 0) {
      return 0;
    }
    if (level >= depth) {
      return tooDeep(object, shape, to);
    }
    if (all != 0) {
      remember(object, shape);
    }
    return children(object, shape, to, level + 1);
  }

  private long string(Object text, long at) {
    long to = Put.string(text, at, limit, stringBytes);
    return to == 0 ? full() : to;
  }

  /** The entry of an object that was written before; negative if it was not. */
  private int find(Object object, Shape shape) {
    int list = lists[shape.id & (LISTS - 1)];
    int entry = (list ^ epoch) >>> 16 == 0 ? (short) list : -1;
    while (entry >= 0 && objects[entry] != object) {
      entry = (short) entries[entry];
    }
    return entry;
  }

  private long refer(int entry, long at) {
    U.putByte(at, (byte) Stream.REF);
    return Put.varint(at + 1, ordinal(entry));
  }

  /** Remembers the object opened last; its entry, or -1 if there is no room. */
  private int remember(Object object, Shape shape) {
    int entry = remembered;
    if (entry >= OBJECTS) {
      return -1;
    }
    int list = shape.id & (LISTS - 1);
    int before = (lists[list] ^ epoch) >>> 16 == 0 ? lists[list] & 0xffff : 0xffff;
    objects[entry] = object;
    entries[entry] = (long) (opened - 1) << 32 | list << 16 | before;
    lists[list] = epoch | entry;
    remembered = entry + 1;
    return entry;
  }

  /**
   * Writes a root's own value. An object waits for its children: then `waiting` is its entry, else
   * negative.
   */
  long root(Object object, long at, boolean mayWait, int guess) {
    waiting = -1;
    if (object == null) {
      return value(null, at, 0, guesses, guess);
    }
    if (object.getClass() == String.class) {
      return string(object, at);
    }
    Shape shape = Shape.of(object, guesses, guess);
    if (shape.form < Shape.FIELDS) {
      return value(object, at, 0, guesses, guess);
    }
    if (at + Put.MARGIN > limit) {
      return full();
    }
    int entry = find(object, shape);
    if (entry >= 0) {
      return refer(entry, at);
    }
    long to = open(mayWait ? Stream.HEAD : Stream.OPEN, object, shape, at);
    if (to == 0) {
      return 0;
    }
    if (!mayWait) {
      Put.two(to, Stream.REST, Stream.ITEMS);
      U.putByte(to + 2, (byte) Stream.CLOSE);
      return to + 3;
    }
    if (all != 0) {
      waiting = remember(object, shape);
    }
    return to;
  }

  /** The children of a root that waited. */
  long rootChildren(int entry, long at, int guess) {
    Object object = objects[entry];
    Shape shape = Shape.of(object, guesses, guess);
    all = Contents.length(object, shape, this);
    if (depth == 0) {
      return tooDeep(object, shape, at);
    }
    return children(object, shape, at, 1);
  }

  private long open(int tag, Object object, Shape shape, long at) {
    int kind = shape.kind;
    all = shape.form == Shape.FIELDS ? -1 : Contents.length(object, shape, this);
    if (shape.form == Shape.DELEGATE) {
      kind = Contents.kind(object, shape);
    }
    U.putLongUnaligned(null, at, head(tag, kind, shape));
    long to = shape.typed == 0 ? spelled(shape, 0, at + 2) : at + 5;
    if (to == 0) {
      return 0;
    }
    opened++;
    if (all < 0 && shape.typed != 0) {
      return to + 1;
    }
    return Put.varint(to, all + 1);
  }

  /** Tag, kind, three bytes of the type's name, and zero for a length that is not known. */
  private static long head(int tag, int kind, Shape shape) {
    return tag | kind << 8 | (long) shape.typed << 16;
  }

  /** Writes what is shown of an object whose children are too deep, and CLOSE. */
  private long tooDeep(Object object, Shape shape, long at) {
    boolean hasMore;
    if (shape.storesOne()) {
      long to = Stored.write(object, shape, at, this);
      hasMore = to == 0 || shape.fields.length > 0;
      at = to == 0 ? at : to;
    } else {
      hasMore = all > 0 || all < 0 && shape.fields.length > 0;
    }
    rest = hasMore ? Stream.DEPTH : 0;
    return close(at);
  }

  private long close(long at) {
    if (rest != 0) {
      at = Put.two(at, Stream.REST, rest);
    }
    U.putByte(at, (byte) Stream.CLOSE);
    return at + 1;
  }

  /** Writes the children of an object, why the rest of them is missing, and CLOSE. */
  private long children(Object object, Shape shape, long at, int level) {
    if (shape.form == Shape.FIELDS) {
      return close(fields(object, shape, shape.fields.length, at, level));
    }
    return contents(object, shape, at, level);
  }

  private long contents(Object object, Shape shape, long at, int level) {
    int count = shape.fields.length;
    rest = 0;
    if (shape.storesOne()) {
      long to = Stored.write(object, shape, at, this);
      if (to == 0) {
        rest = takeStopped();
      } else {
        at = to;
      }
    } else if (shape.form == Shape.CLASS_NAME) {
      // Makes the JDK store the name where it is read from.
      ((Class<?>) object).getName();
    } else if (shape.form >= Shape.ARRAY) {
      if (shape.form != Shape.DELEGATE) {
        at = Contents.write(object, shape, Shape.SAME, at, level, this);
      } else {
        Object inner = Contents.inner(object, shape);
        if (inner != null) {
          // A wrapper's own field stands last, for where nothing better is known.
          count--;
          int part = Contents.part(object, shape);
          at = Contents.write(inner, Shapes.of(inner.getClass()), part, at, level, this);
        }
      }
    }
    if (rest == 0 && count > 0) {
      at = fields(object, shape, count, at, level);
    }
    return close(at);
  }

  private int takeStopped() {
    return stop == 0 ? Stream.TOO_MANY_BYTES : stop;
  }

  /** Writes so many fields of an object up to the limit; `rest` says why not all. */
  private long fields(Object object, Shape shape, int count, long at, int level) {
    int most = Math.min(count, fields);
    long[] words = shape.fields;
    tick(most);
    if (stop != 0 && count > 0) {
      rest = stop;
      return at;
    }
    for (int index = 0; index < most; index++) {
      long word = words[index];
      int held = (int) word >> Shape.HELD;
      if (held >= Shape.REFERENCE) {
        at = field(object, shape, index, word, at, level);
        if (at < 0) {
          return ~at;
        }
        continue;
      }
      long to = named(shape, index, word, at);
      if (to == 0) {
        rest = takeStopped();
        return at;
      }
      at = primitive(object, word & Shape.OFFSET, held, to);
    }
    rest = most < count ? Stream.FIELDS : 0;
    return at;
  }

  /** Writes a field that is no number; what it returns is as of an item. */
  private long field(Object object, Shape shape, int index, long word, long at, int level) {
    int names = this.names;
    int opened = this.opened;
    long to = named(shape, index, word, at);
    if (to != 0) {
      int held = (int) word >> Shape.HELD;
      if (held == Shape.REDACTED) {
        to = Put.two(to, Stream.MISSING, Stream.REDACTED);
      } else {
        Object value = U.getReference(object, word & Shape.OFFSET);
        value = held == Shape.OWN && value == object ? null : value;
        to = value(value, to, level, shape.guesses, index + 1);
      }
    }
    return to != 0 && stop == 0 ? to : stopped(names, opened, at, to, false);
  }

  private long primitive(Object object, long offset, int held, long at) {
    switch (held) {
      case Shape.INT: return Put.integer(at, U.getInt(object, offset));
      case Shape.LONG: return Put.integer(at, U.getLong(object, offset));
      case Shape.DOUBLE: return Put.real(at, U.getDouble(object, offset));
      case Shape.BOOLEAN: return Put.flag(at, U.getByte(object, offset) != 0);
      case Shape.BYTE: return Put.integer(at, (int) U.getByte(object, offset));
      case Shape.SHORT: return Put.integer(at, (int) U.getShort(object, offset));
      case Shape.CHAR: return Put.unit(at, U.getChar(object, offset), stringBytes);
      default: return Put.real(at, U.getFloat(object, offset));
    }
  }

  /** A value without children. There is room for MARGIN bytes. */
  private long leaf(Object object, Shape shape, long at) {
    long to;
    switch (shape.form) {
      case Shape.STRING: return string(object, at);
      case Shape.BOXED_INT: return Put.integer(at, U.getInt(object, shape.a));
      case Shape.BOXED_LONG: return Put.integer(at, U.getLong(object, shape.a));
      case Shape.BOXED_BOOLEAN: return Put.flag(at, U.getByte(object, shape.a) != 0);
      case Shape.BOXED_DOUBLE: return Put.real(at, U.getDouble(object, shape.a));
      case Shape.BOXED_CHAR: return Put.unit(at, U.getChar(object, shape.a), stringBytes);
      case Shape.BOXED_FLOAT: return Put.real(at, U.getFloat(object, shape.a));
      case Shape.BOXED_BYTE: return Put.integer(at, (int) U.getByte(object, shape.a));
      case Shape.BOXED_SHORT: return Put.integer(at, (int) U.getShort(object, shape.a));
      case Shape.BYTE_ARRAY:
        to = Put.bytes((byte[]) object, at, limit, stringBytes);
        break;
      default:
        to = Stored.bigInteger(object, at, limit);
        break;
    }
    return to == 0 ? full() : to;
  }

  /**
   * Writes an element of a collection of a shape. Negative if nothing more is to be written: the
   * complement of where the next byte goes, and `rest` says why, unless it was the last.
   */
  long item(Object object, long at, int level, boolean isLast, Shape of) {
    tick();
    if (stop != 0) {
      rest = stop;
      return ~at;
    }
    int names = this.names;
    int opened = this.opened;
    long to = value(object, at, level, of.guesses, 0);
    return to != 0 && stop == 0 ? to : stopped(names, opened, at, to, isLast);
  }

  /** Says that there are more elements than the limit; what it returns is as of an item. */
  long enough(long at) {
    rest = Stream.ITEMS;
    return ~at;
  }

  /** Writes an entry of a map; what it returns is as of an item. */
  long entry(Object key, Object held, long at, int level, boolean isLast, Shape of) {
    tick();
    if (stop != 0) {
      rest = stop;
      return ~at;
    }
    int names = this.names;
    int opened = this.opened;
    long to = at + Put.MARGIN > limit ? full() : at;
    if (to != 0) {
      U.putByte(at, (byte) Stream.ENTRY);
      to = value(key, at + 1, level, keyGuess, 0);
    }
    if (to != 0 && Keys.isRedacted(key)) {
      to = to + Put.MARGIN > limit ? full() : Put.two(to, Stream.MISSING, Stream.REDACTED);
    } else if (to != 0) {
      to = value(held, to, level, of.guesses, 0);
    }
    return to != 0 && stop == 0 ? to : stopped(names, opened, at, to, isLast);
  }

  private long stopped(int names, int opened, long at, long to, boolean isLast) {
    if (to == 0) {
      rollBack(names, opened);
      rest = takeStopped();
      return ~at;
    }
    rest = isLast ? 0 : stop;
    return ~to;
  }
}
