// The capture of one hit: what the generated code calls, one call a variable, then `finish`.
//
// Knows records and roots; a walk knows what is inside a value. Invariant: what was written reads back
// whatever limit was met, every variable is named if its name fits, and no variable is starved by
// another: all values stand before any children, and children share the bytes that are left equally.
//
// Meaning: core/src/capture/roots.rs. Bytes: core/src/capture/stream.rs. About 0.4 µs for ten
// variables with ten objects and their texts below them, 500 bytes (tests/jvm/Timing.java), of which
// looking for aliases takes a tenth; nothing is allocated.
//
// # What native code hands over
//
// `Bridge.open` claims one of 64 buffers, writes the header, THREAD, FRAME and MORE_FRAMES into it and
// fills a frame, which stays valid until `Bridge.publish` or `Bridge.abandon`. All numbers are in the
// machine's order, little-endian.
//
//     frame, 64 bytes, aligned to 8
//      0  u64  at         where the next byte of the stream goes
//      8  u64  end        ordinary records end here: at most the stream's begin + snapshot_bytes − 64,
//                         and 80 bytes behind it are writable (the end of all that is open, and words)
//     16  u64  begin      the first byte of the header
//     24  i64  deadline   on the clock of System.nanoTime (CLOCK_MONOTONIC on Linux)
//     32  u64  site       address of the site's constants, below
//     40  u32  names      names that the records written so far define
//     44  u32  objects    objects that they open: 0 unless native code wrote watches
//     48  u32  buffer     0 to 63: no two frames of the same number at once
//     52  u32  zero
//     56  u64  length     bytes of the whole stream, by `finish`; native code writes `took` and commits
//
//     site, aligned to 8, never changed once a frame names it
//      0  u32  depth           at most 10
//      4  u32  items
//      8  u32  fields
//     12  u32  string_bytes
//     16  u32  watch_string_bytes: the greater of string_bytes and WATCH_STRING_BYTES
//     20  u32  locals          how many
//     24  u32  watches         how many
//     28  u32  zero
//     32  u32  of each local, then of each watch: where its entry begins, from the site's begin
//     entry, aligned to 8
//      0  u32  bytes of the text
//      4  u8   1 if the name is redacted: then its value is not read; 0 for watches
//      5  u8 3 the number of the variable's name for all captures, as the stream has it; zero if it
//         has none, and for watches
//      8  text as the stream has it (TEXT+e varint(taken) units; at most 1,024 bytes), then zeros up
//         to a multiple of 16: of the variable's name, or of the watch's expression
//
// # Order of calls, on the thread that opened the frame
//
//     Writer.prepare();                           once, before any site is armed
//
//     long frame = Bridge.open(site);             0: nothing to capture
//     Writer writer = Writer.of(frame);           once
//     writer.watch(index, value)                  each watch that has a value, or
//     writer.failed(index, address)               the 99 bytes of its failure, in order
//     writer.local(ordinal, value)                each local, in order; of every type
//     writer.missing(ordinal, reason)             a local that cannot be read
//     writer.finish(); Bridge.publish(frame);
//
// On any Throwable: `Writer.abandon(frame)`, which never throws, then `Bridge.abandon(frame)`. Native
// code opens no frame on a thread that has one open: a probe may sit in what the walk calls
// (ClassValue.get, System.nanoTime, String.hashCode).

package java.stillframe;

import jdk.internal.misc.Unsafe;

final class Writer {
  static final int BUFFERS = 64;
  // The frame.
  static final int AT = 0, END = 8, BEGIN = 16, DEADLINE = 24, SITE = 32, NAMES = 40, OBJECTS = 44;
  static final int BUFFER = 48, LENGTH = 56, FRAME_BYTES = 64;
  // The site.
  static final int DEPTH = 0, ITEMS = 4, FIELDS = 8, STRING_BYTES = 12, WATCH_BYTES = 16;
  static final int LOCALS = 20, WATCHES = 24, ENTRIES = 32, VERDICT = 4, TEXT = 8;
  /** Bytes kept free behind `end`: three for each level of nesting, and more. */
  static final int RESERVED = 64, WRITABLE = 80;

  /** Roots whose children are taken; of further ones only the own value. */
  private static final int ROOTS = 64;
  /** What MORE_LOCALS and MORE_WATCHES count up to. */
  private static final int MOST_COUNTED = 0x7f;
  /** Bytes of a failure in the core's numbers. */
  private static final int FAILURE_BYTES = 99;
  private static final Unsafe U = Memory.U;
  private static final Writer[] ALL = new Writer[BUFFERS];

  private final Walk walk = new Walk();
  /** Entries of the roots that wait for their children. */
  private final short[] roots = new short[ROOTS];
  private final byte[] guesses = new byte[ROOTS];
  private int waiting, watches;
  private long frame, at, end, begin, site;
  private int locals;
  private boolean localsClosed, watchesClosed;

  private Writer() {}

  /**
   * Initialises every class that a capture uses. Native code calls it once, before any site is
   * armed: an initialiser that fails on a thread with little stack left would fail for ever.
   */
  static void prepare() {
    Class<?>[] all = {Memory.class, Put.class, Digits.class, Times.class, Known.class, Shape.class,
        Shapes.class, Contents.class, Arrays.class, Maps.class, Keys.class, Stored.class, Walk.class,
        Bridge.class, Stream.class, Shapes.Fields.class};
    for (Class<?> each : all) {
      U.ensureClassInitialized(each);
    }
    Shapes.of(String.class);
  }

  /** The writer of a frame that was just opened: of its buffer, made when that is first used. */
  static Writer of(long frame) {
    int buffer = U.getInt(frame + BUFFER) & (BUFFERS - 1);
    Writer writer = ALL[buffer];
    if (writer == null) {
      writer = new Writer();
      ALL[buffer] = writer;
    }
    writer.begin(frame);
    return writer;
  }

  private void begin(long frame) {
    this.frame = frame;
    at = U.getLong(frame + AT);
    end = U.getLong(frame + END);
    begin = U.getLong(frame + BEGIN);
    site = U.getLong(frame + SITE);
    locals = U.getInt(site + LOCALS);
    waiting = 0;
    watches = 0;
    localsClosed = false;
    watchesClosed = false;
    walk.begin(U.getInt(frame + NAMES), U.getInt(frame + OBJECTS));
    walk.limit = end;
    walk.deadline = U.getLong(frame + DEADLINE);
    walk.depth = U.getInt(site + DEPTH);
    walk.items = U.getInt(site + ITEMS);
    walk.fields = U.getInt(site + FIELDS);
    walk.stringBytes = U.getInt(site + STRING_BYTES);
  }

  void local(int ordinal, int value) {
    long to = named(ordinal);
    if (to != 0) {
      at = Put.integer(to, value);
    }
  }

  void local(int ordinal, byte value) {
    local(ordinal, (int) value);
  }

  void local(int ordinal, short value) {
    local(ordinal, (int) value);
  }

  void local(int ordinal, long value) {
    long to = named(ordinal);
    if (to != 0) {
      at = Put.integer(to, value);
    }
  }

  void local(int ordinal, boolean value) {
    long to = named(ordinal);
    if (to != 0) {
      at = Put.flag(to, value);
    }
  }

  void local(int ordinal, char value) {
    long to = named(ordinal);
    if (to != 0) {
      at = Put.unit(to, value, walk.stringBytes);
    }
  }

  void local(int ordinal, float value) {
    long to = named(ordinal);
    if (to != 0) {
      at = Put.real(to, value);
    }
  }

  void local(int ordinal, double value) {
    long to = named(ordinal);
    if (to != 0) {
      at = Put.real(to, value);
    }
  }

  void local(int ordinal, Object value) {
    walk.tick();
    long to = named(ordinal);
    if (to != 0) {
      Walk walk = this.walk;
      int names = walk.names;
      int opened = walk.opened;
      at = root(value, to, ordinal);
      if (at == 0) {
        walk.rollBack(names, opened);
        // The name alone is small: a variable whose value does not fit is still named.
        at = Put.two(to, Stream.MISSING, walk.takeStop());
      }
    }
  }

  /** A local that cannot be read, by the number of the reason. */
  void missing(int ordinal, int reason) {
    long to = named(ordinal);
    if (to != 0) {
      at = Put.two(to, Stream.MISSING, reason);
    }
  }

  /** Writes LOCAL and the name: where the value goes, 0 if none is to be written. */
  private long named(int ordinal) {
    long entry = site + U.getInt(site + ENTRIES + 4L * ordinal);
    int number = U.getInt(entry + VERDICT);
    // Zero if it is to be spelled, and the lowest byte is not if it is redacted.
    boolean isPlain = number != 0 && (number & 0xff) == 0;
    if (isPlain && at + Put.MARGIN <= walk.limit && walk.stop == 0 && !localsClosed) {
      U.putInt(at, Stream.LOCAL | number);
      return at + 4;
    }
    return named(ordinal, entry);
  }

  private long named(int ordinal, long entry) {
    if (localsClosed) {
      return 0;
    }
    walk.tick();
    int bytes = U.getInt(entry);
    if (at + bytes + Put.MARGIN > walk.limit) {
      walk.full();
      at = more(at, Stream.MORE_LOCALS, locals - ordinal, walk.takeStop());
      localsClosed = true;
      return 0;
    }
    U.putByte(at, (byte) Stream.LOCAL);
    long to = Put.varint(at + 1, walk.names++);
    to = Put.words(entry + TEXT, to, bytes);
    int reason = U.getByte(entry + VERDICT) != 0 ? Stream.REDACTED : walk.stop;
    if (reason != 0) {
      at = Put.two(to, Stream.MISSING, reason);
      return 0;
    }
    return to;
  }

  private static long more(long at, int tag, int count, int reason) {
    Put.two(at, tag, Math.min(count, MOST_COUNTED));
    U.putByte(at + 2, (byte) reason);
    return at + 3;
  }

  private long root(Object value, long at, int ordinal) {
    int guess = ordinal & (Walk.GUESSES - 1);
    long to = walk.root(value, at, waiting < ROOTS, guess);
    if (to != 0 && walk.waiting >= 0) {
      guesses[waiting] = (byte) guess;
      roots[waiting++] = (short) walk.waiting;
    }
    return to;
  }

  /** A watch that has a value: a text more of which may be shown. Before the locals. */
  void watch(int index, Object value) {
    Walk walk = this.walk;
    walk.stringBytes = U.getInt(site + WATCH_BYTES);
    // Values of watches leave room for the names of all, and for the variables.
    walk.limit = begin + (end - begin) / 2;
    int names = walk.names;
    int opened = walk.opened;
    long to = expression(Stream.WATCH, index);
    to = to == 0 || walk.stop != 0 ? 0 : root(value, to, index);
    if (to != 0) {
      at = to;
    } else {
      walk.rollBack(names, opened);
      unfit(index);
    }
    watches = waiting;
    afterWatch();
  }

  /** A watch that failed, by the address of its failure in the core's numbers. */
  void failed(int index, long failure) {
    long to = expression(Stream.FAILED_CODE, index);
    if (to != 0 && to + FAILURE_BYTES + Put.MARGIN > walk.limit) {
      to = walk.full();
    }
    if (to == 0) {
      unfit(index);
    } else {
      to = Put.varint(to, index);
      U.copyMemory(failure, to, FAILURE_BYTES);
      at = to + FAILURE_BYTES;
    }
    afterWatch();
  }

  private void afterWatch() {
    walk.limit = end;
    walk.stringBytes = U.getInt(site + STRING_BYTES);
  }

  /** Writes a tag and the text of a watch: where its value goes, 0 if it does not fit. */
  private long expression(int tag, int index) {
    long entry = site + U.getInt(site + ENTRIES + 4L * (locals + index));
    int bytes = U.getInt(entry);
    if (watchesClosed || at + bytes + Put.MARGIN > walk.limit) {
      return walk.full();
    }
    U.putByte(at, (byte) tag);
    return Put.words(entry + TEXT, at + 1, bytes);
  }

  /** Names a watch whose value does not fit, or says how many are left out from it on. */
  private void unfit(int index) {
    int reason = walk.takeStop();
    walk.limit = end;
    if (watchesClosed) {
      return;
    }
    long to = expression(Stream.WATCH, index);
    if (to != 0) {
      at = Put.two(to, Stream.MISSING, reason);
    } else {
      walk.takeStop();
      int count = U.getInt(site + WATCHES) - index;
      at = more(at, Stream.MORE_WATCHES, count, reason);
      watchesClosed = true;
    }
  }

  /** Writes the children of every root and the end of the stream. */
  void finish() {
    long at = children();
    walk.forget();
    U.putByte(at++, (byte) Stream.END);
    U.putLong(frame + AT, at);
    U.putLong(frame + LENGTH, at - begin);
  }

  private long children() {
    Walk walk = this.walk;
    long at = this.at;
    for (int root = 0; root < waiting; root++) {
      boolean isWatch = root < watches;
      walk.stringBytes = U.getInt(site + (isWatch ? WATCH_BYTES : STRING_BYTES));
      walk.limit = at + share(waiting - root, at);
      walk.takeStop();
      if (at + Put.MARGIN <= walk.limit) {
        U.putByte(at, (byte) Stream.CHILDREN);
        long to = Put.varint(at + 1, walk.ordinal(roots[root]));
        at = walk.rootChildren(roots[root], to, guesses[root]);
      }
    }
    return at;
  }

  /** An equal share of the bytes that are left. */
  private int share(int roots, long at) {
    int left = Math.max(0, (int) (end - at));
    return roots == 1 ? left : left / roots;
  }

  /** Lets go of what a hit that failed was about. */
  static void abandon(long frame) {
    Writer writer = ALL[U.getInt(frame + BUFFER) & (BUFFERS - 1)];
    if (writer != null) {
      writer.walk.forget();
    }
  }
}
