// Makes the shape of a class when a capture first meets an object of it.
//
// Knows how names are written and which fields there are. Invariant: a class is neither initialised
// nor asked through its loader, and a shape lives exactly as long as its class: ClassValue stores it
// within the class. Names are judged once, here; a list that changes later is the reader's to apply.

package java.stillframe;

import java.util.concurrent.atomic.AtomicInteger;

final class Shapes extends ClassValue<Shape> {
  private static final Shapes ALL = new Shapes();
  private static final AtomicInteger NEXT = new AtomicInteger();
  /** Units of a name that are taken: a thousand bytes of UTF-8 at least. */
  private static final int NAME_UNITS = 1_024;
  /** Fields that any limit allows. */
  private static final int MOST_FIELDS = 1_000;

  private Shapes() {}

  /** About 2 ns; the first time for a class it costs some microseconds and allocates. */
  static Shape of(Class<?> type) {
    return ALL.get(type);
  }

  @Override
  protected Shape computeValue(Class<?> type) {
    Shape shape = new Shape(type);
    Class<?> base = Known.form(type, shape);
    Fields fields = new Fields();
    fields.names[0] = typeName(type, shape);
    if (shape.form != Shape.EMPTY) {
      int ancestors = 0;
      for (Class<?> at = type; at != base && at != null; at = at.getSuperclass()) {
        if (ancestors++ < MOST_FIELDS && at != Object.class) {
          fields.addAll(at, type);
        }
      }
    }
    Known.addFields(shape, base, fields);
    fields.into(shape);
    // No overflow in practice: two milliards of classes.
    shape.id = NEXT.incrementAndGet();
    return shape;
  }

  /** The binary name; {@code int[]} for arrays; of a hidden class what its author wrote. */
  private static String typeName(Class<?> type, Shape shape) {
    Class<?> element = type;
    String brackets = "";
    while (element.isArray()) {
      element = element.getComponentType();
      brackets = brackets.concat("[]");
    }
    String name = element.getName();
    int hidden = name.indexOf('/');
    int lambda = name.indexOf("$$Lambda");
    if (lambda >= 0 && hidden >= 0) {
      name = name.substring(0, lambda + "$$Lambda".length());
    } else if (hidden >= 0) {
      name = name.substring(0, hidden);
    }
    // A constant with a body of its own is of a class of its own, which its author gave no name.
    if (shape.form == Shape.ENUM && type.getSuperclass() != Enum.class) {
      name = type.getSuperclass().getName();
    }
    return name.concat(brackets);
  }

  /** Fields as they are found: the type's own first, then those of its superclasses. */
  static final class Fields {
    private String[] names = new String[8];
    private long[] offsets = new long[8];
    private byte[] holds = new byte[8];
    private int count = 0;

    private void addAll(Class<?> declaring, Class<?> type) {
      if (Memory.named("java.lang.ref.Reference") == declaring) {
        addReferent(declaring, type);
        return;
      }
      String[] found = Bridge.describe(declaring);
      for (int at = 0; at + 1 < found.length && count < MOST_FIELDS; at += 2) {
        try {
          long offset = Memory.U.objectFieldOffset(declaring, found[at]);
          add(found[at], offset, holds(found[at + 1]));
        } catch (InternalError absent) {
          // A field that the JVM keeps to itself.
        }
      }
    }

    /** Of a reference only what it refers to, and that only where it is meant to be read. */
    private void addReferent(Class<?> declaring, Class<?> type) {
      for (Class<?> at = type; at != declaring; at = at.getSuperclass()) {
        if (at == java.lang.ref.WeakReference.class || at == java.lang.ref.SoftReference.class) {
          add("referent", Memory.offset(declaring, "referent"), Shape.REFERENCE);
        }
      }
    }

    void add(String name, long offset, byte held) {
      if (offset == Memory.ABSENT || offset > Shape.OFFSET) {
        return;
      }
      if (count == offsets.length) {
        offsets = java.util.Arrays.copyOf(offsets, 2 * count);
        holds = java.util.Arrays.copyOf(holds, 2 * count);
      }
      if (count + 1 >= names.length) {
        names = java.util.Arrays.copyOf(names, 2 * names.length);
      }
      offsets[count] = offset;
      holds[count] = Bridge.isRedacted(name) ? Shape.REDACTED : held;
      names[++count] = name;
    }

    private void into(Shape shape) {
      shape.fields = new long[count];
      shape.guesses = new Shape[count + 1];
      shape.spelled = new long[count + 1][];
      shape.lengths = new int[count + 1];
      for (int at = 0; at <= count; at++) {
        int number = Bridge.name(names[at]);
        int name = number == 0 ? 0 : threeBytes(number);
        if (number == 0) {
          encode(names[at], at, shape);
        }
        if (at == 0) {
          shape.typed = name;
        } else {
          long named = number == 0 ? 0 : Stream.FIELD | name << 8;
          shape.fields[at - 1] = named << 32 | holds[at - 1] << Shape.HELD | offsets[at - 1];
        }
      }
    }
  }

  private static byte holds(String signature) {
    switch (signature.charAt(0)) {
      case 'I': return Shape.INT;
      case 'J': return Shape.LONG;
      case 'D': return Shape.DOUBLE;
      case 'Z': return Shape.BOOLEAN;
      case 'B': return Shape.BYTE;
      case 'S': return Shape.SHORT;
      case 'C': return Shape.CHAR;
      case 'F': return Shape.FLOAT;
      default: return Shape.REFERENCE;
    }
  }

  /** A number of at least 15 and at most 21 bits as a varint, which takes three bytes. */
  static int threeBytes(int number) {
    return number & 0x7f | 0x80 | (number >> 7 & 0x7f | 0x80) << 8 | number >> 14 << 16;
  }

  /** A name as a text of the stream. */
  private static void encode(String name, int index, Shape shape) {
    int all = name.length();
    int taken = Math.min(all, NAME_UNITS / 3);
    boolean wide = false;
    if (taken < all && Character.isHighSurrogate(name.charAt(taken - 1))) {
      taken--;
    }
    for (int at = 0; at < taken; at++) {
      wide |= name.charAt(at) > 0xff;
    }
    byte[] bytes = new byte[2 * taken + 16];
    int tag = taken < all ? Stream.TEXT_CUT : Stream.TEXT;
    bytes[0] = (byte) (tag + (wide ? Stream.UTF16 : Stream.LATIN1));
    int end = varint(bytes, 1, taken);
    if (taken < all) {
      end = varint(bytes, end, all);
    }
    for (int at = 0; at < taken; at++) {
      char unit = name.charAt(at);
      bytes[end++] = (byte) unit;
      if (wide) {
        bytes[end++] = (byte) (unit >> 8);
      }
    }
    long[] words = new long[Math.max(2, (end + 7) / 8)];
    for (int at = 0; at < end; at++) {
      words[at >> 3] |= (bytes[at] & 0xffL) << 8 * (at & 7);
    }
    shape.spelled[index] = words;
    shape.lengths[index] = end;
  }

  private static int varint(byte[] to, int at, int number) {
    for (; number > 0x7f; number >>>= 7) {
      to[at++] = (byte) (number & 0x7f | 0x80);
    }
    to[at++] = (byte) number;
    return at;
  }
}
