// Plays the native side of a capture: buffers, sites and frames in memory of Unsafe.
//
// Knows Writer's layouts and nothing of values. Invariant: memory behind a buffer is guarded: a byte
// changed there is a failure.

package java.stillframe;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

public final class Capture {
  private static final jdk.internal.misc.Unsafe U = Memory.U;
  private static final int GUARD = 64;
  private static final byte GUARDED = 0x5a;

  private final int bytes, headBytes, names;
  private final long memory, site, frame;
  private final byte[] head;
  private Writer writer;

  static {
    Writer.prepare();
  }

  /** Limits in the order of the site: depth, items, fields, string_bytes, snapshot_bytes. */
  public Capture(
      int[] limits, int buffer, byte[] head, int names, String[] locals, String[] watches) {
    this.head = head;
    this.names = names;
    headBytes = head.length;
    bytes = Math.max(limits[4], 1 << 10);
    memory = U.allocateMemory(bytes + 32 + GUARD);
    site = site(limits, locals, watches);
    frame = U.allocateMemory(Writer.FRAME_BYTES);
    U.putInt(frame + Writer.BUFFER, buffer);
    U.putLong(frame + Writer.SITE, site);
  }

  private static long site(int[] limits, String[] locals, String[] watches) {
    int count = locals.length + watches.length;
    int entries = Writer.ENTRIES + 4 * (count + count % 2);
    ByteBuffer to = ByteBuffer.allocate(1 << 15).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at < 4; at++) to.putInt(limits[at]);
    to.putInt(Math.max(limits[3], 2_048)).putInt(locals.length).putInt(watches.length).putInt(0);
    to.position(entries);
    for (int at = 0; at < count; at++) {
      boolean isLocal = at < locals.length;
      String name = isLocal ? locals[at] : watches[at - locals.length];
      to.putInt(Writer.ENTRIES + 4 * at, to.position());
      byte[] text = text(name);
      int number = isLocal ? Bridge.name(name) : 0;
      int redacted = isLocal && Bridge.isRedacted(name) ? 1 : 0;
      to.putInt(text.length);
      to.putInt(redacted | (number == 0 ? 0 : Shapes.threeBytes(number) << 8));
      to.put(text).put(new byte[16 - text.length % 16 + 8]);
    }
    long site = U.allocateMemory(to.position());
    U.copyMemory(to.array(), Memory.BYTES, null, site, to.position());
    return site;
  }

  /** The names that streams call by number, in order: of UTF-16, each with the end of a line. */
  public static byte[] shared() {
    StringBuilder all = new StringBuilder();
    for (String name : Bridge.names()) all.append(name).append('\n');
    return all.toString().getBytes(StandardCharsets.UTF_16LE);
  }

  /** A text of UTF-8. */
  public static byte[] text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    ByteBuffer to = ByteBuffer.allocate(bytes.length + 16);
    to.put((byte) Stream.TEXT);
    int count = bytes.length;
    for (; count > 0x7f; count >>>= 7) to.put((byte) (count & 0x7f | 0x80));
    to.put((byte) count).put(bytes);
    return java.util.Arrays.copyOf(to.array(), to.position());
  }

  /** Begins anew, with so many nanoseconds until the deadline. */
  public Capture open(long deadline) {
    U.setMemory(memory + bytes + 16, GUARD, GUARDED);
    U.copyMemory(head, Memory.BYTES, null, memory, headBytes);
    return reopen(deadline);
  }

  /** The same, the head of the stream still in place. */
  public Capture reopen(long deadline) {
    U.putLong(frame + Writer.AT, memory + headBytes);
    U.putLong(frame + Writer.END, memory + bytes - Writer.RESERVED);
    U.putLong(frame + Writer.BEGIN, memory);
    U.putLong(frame + Writer.DEADLINE, deadline);
    U.putInt(frame + Writer.NAMES, names);
    U.putInt(frame + Writer.OBJECTS, 0);
    writer = Writer.of(frame);
    return this;
  }

  public void local(int ordinal, int value) { writer.local(ordinal, value); }
  public void local(int ordinal, long value) { writer.local(ordinal, value); }
  public void local(int ordinal, double value) { writer.local(ordinal, value); }
  public void local(int ordinal, float value) { writer.local(ordinal, value); }
  public void local(int ordinal, boolean value) { writer.local(ordinal, value); }
  public void local(int ordinal, char value) { writer.local(ordinal, value); }
  public void local(int ordinal, Object value) { writer.local(ordinal, value); }
  public void missing(int ordinal, int reason) { writer.missing(ordinal, reason); }
  public void watch(int index, Object value) { writer.watch(index, value); }
  /** A watch that failed with the core's first kind of failure, no names in it. */
  public void failed(int index) {
    long failure = U.allocateMemory(99);
    U.setMemory(failure, 99, (byte) 0);
    writer.failed(index, failure);
    U.freeMemory(failure);
  }

  public void abandon() { Writer.abandon(frame); }

  /** Bytes of the stream. */
  public int finish() {
    writer.finish();
    return (int) U.getLong(frame + Writer.LENGTH);
  }

  /** The stream that `finish` ended. */
  public byte[] stream() {
    byte[] stream = new byte[(int) U.getLong(frame + Writer.LENGTH)];
    if (stream.length > bytes) throw new AssertionError("the stream is longer than its limit");
    for (int at = 0; at < GUARD; at++) {
      if (U.getByte(memory + bytes + 16 + at) != GUARDED) {
        throw new AssertionError("bytes behind the buffer were written");
      }
    }
    U.copyMemory(null, memory, stream, Memory.BYTES, stream.length);
    return stream;
  }

  public void close() {
    U.freeMemory(memory);
    U.freeMemory(site);
    U.freeMemory(frame);
  }
}
