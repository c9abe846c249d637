// What probed code calls, and what the native library and the classes made for sites call of each other.
//
// Knows neither conditions nor values. It runs on the application's threads, some of it inside
// methods of the application. Invariants: nothing here throws into the application, runs code of
// it, takes a lock or waits; each hit is told to the native library once, or not at all where its
// condition is false.

package java.stillframe;

import java.lang.invoke.CallSite;
import java.lang.invoke.ConstantCallSite;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Arrays;

/** The bridge between probed code and the agent. */
public final class Bridge {
  private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();
  private static final MethodHandle BOXED = find(void.class, "boxed", int.class, Object[].class);
  private static final MethodHandle ENTER =
      find(long.class, "enter", long.class, int.class, Object[].class);

  /** What a frame keeps while no passage through what is timed is under way. */
  private static final long OUTSIDE = 0;

  /** What it keeps while one is under way that is not measured; else when that one began. */
  private static final long SKIPPED = 1;

  /**
   * What is called at each spot, by its number: a probed line's number stays the same however often
   * a probe comes and goes there, for every constant that a class ever had stays in its pool.
   */
  private static volatile MethodHandle[] targets = new MethodHandle[64];

  /** The site at each spot, or -1. */
  private static volatile int[] sites = new int[0];

  /** Since when it is there. */
  private static volatile long[] since = new long[0];

  /** What the call of a rehearsal is linked to; only the agent's thread rehearses. */
  private static MethodHandle rehearsed;

  /** The objects that the class which is being defined takes; only the agent's thread defines. */
  private static Object[] data;

  private Bridge() {}

  private static MethodHandle find(Class<?> result, String name, Class<?>... parameters) {
    try {
      return LOOKUP.findStatic(Bridge.class, name, MethodType.methodType(result, parameters));
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  // ---- called by the agent, on a thread of its own

  /** Initialises what a hit would else initialise on the application's thread. */
  static void ready() {
    Writer.prepare();
    Memory.U.ensureClassInitialized(Values.class);
    Memory.U.ensureClassInitialized(Traces.class);
  }

  /** From now on the spot is that of a site, whose class comes next, if it has one. */
  static void place(int spot, int site) {
    int[] before = sites;
    int[] after = Arrays.copyOf(before, Math.max(before.length, (spot / 64 + 1) * 64));
    Arrays.fill(after, before.length, after.length, -1);
    after[spot] = site;
    long[] times = Arrays.copyOf(since, after.length);
    times[spot] = System.nanoTime();
    since = times;
    sites = after;
    set(spot, null);
  }

  /** Defines the class made for the site at a spot, whose method {@code hit} the line will call. */
  static void prepare(int spot, byte[] code, Object[] objects) throws ReflectiveOperationException {
    data = objects;
    try {
      set(spot, handle(LOOKUP.defineHiddenClass(code, true), "hit"));
    } finally {
      data = null;
    }
  }

  /**
   * Runs a class that calls once as lines of one type of call do. Linking the first such call takes
   * up to 30 ms, of which one that was linked before leaves a quarter of one: our thread waits, so
   * that no thread of the application does.
   */
  static void rehearse(byte[] code) throws ReflectiveOperationException {
    MethodHandles.Lookup defined = LOOKUP.defineHiddenClass(code, true);
    rehearsed = handle(defined, "hit");
    try {
      defined.lookupClass().getDeclaredMethod("rehearse").invoke(null);
    } finally {
      rehearsed = null;
    }
  }

  private static MethodHandle handle(MethodHandles.Lookup of, String name)
      throws ReflectiveOperationException {
    for (java.lang.reflect.Method method : of.lookupClass().getDeclaredMethods()) {
      if (method.getName().equals(name)) return of.unreflect(method);
    }
    return null;
  }

  /** Nothing is at a spot any more; the class made for its site may go. */
  static void forget(int spot) {
    place(spot, -1);
  }

  /** A class that keeps the current context of OpenTelemetry for each thread. */
  static void traced(Class<?> storage) {
    Traces.add(storage);
  }

  private static void set(int spot, MethodHandle target) {
    MethodHandle[] before = targets;
    MethodHandle[] after = Arrays.copyOf(before, Math.max(before.length, (spot / 64 + 1) * 64));
    after[spot] = target;
    targets = after;
  }

  /** The site at a spot, or -1. */
  private static int at(int spot) {
    int[] all = sites;
    return spot >= 0 && spot < all.length ? all[spot] : -1;
  }

  /** The classes that the class being defined, which is that of {@code site}, was made with. */
  static Object[] data(int site) {
    return data;
  }

  // ---- called by probed code

  /** Links the call at a probed line to the class made for its site. */
  public static CallSite link(
      MethodHandles.Lookup caller, String name, MethodType type, int spot) {
    try {
      MethodHandle[] all = targets;
      MethodHandle target = spot < 0 ? rehearsed : spot < all.length ? all[spot] : null;
      if (target == null) {
        // Made without a class of its own: the values go as an array.
        boolean isTimed = type.returnType() == long.class;
        int first = isTimed ? 1 : 0;
        target = MethodHandles.insertArguments(isTimed ? ENTER : BOXED, first, spot);
        target = target.asCollector(Object[].class, type.parameterCount() - first);
        return new ConstantCallSite(target.asType(type));
      }
      return new ConstantCallSite(MethodHandles.explicitCastArguments(target, type));
    } catch (Throwable defect) {
      return new ConstantCallSite(MethodHandles.empty(type));
    }
  }

  /** A hit at a spot whose line calls no class of its own. */
  public static void boxed(int spot, Object[] locals) {
    int site = at(spot);
    if (site >= 0) slow(site, locals);
  }

  public static Object box(boolean value) {
    return value;
  }

  public static Object box(byte value) {
    return value;
  }

  public static Object box(short value) {
    return value;
  }

  public static Object box(char value) {
    return value;
  }

  public static Object box(int value) {
    return value;
  }

  public static Object box(long value) {
    return value;
  }

  public static Object box(float value) {
    return value;
  }

  public static Object box(double value) {
    return value;
  }

  /** A passage through what is timed begins, unless the frame is in one: what it is to keep. */
  public static long enter(long began, int spot) {
    if (began != OUTSIDE) return began;
    int site = at(spot);
    return site >= 0 ? begun(site) : SKIPPED;
  }

  /** The same where a condition says which are measured. */
  public static long enter(long began, int spot, Object[] locals) {
    if (began != OUTSIDE) return began;
    int site = at(spot);
    return site >= 0 ? slowBegun(site, locals) : SKIPPED;
  }

  /** The passage ends, if the frame is in one: what it is to keep. */
  public static long leave(long began, int spot) {
    ended(began, spot, false);
    return OUTSIDE;
  }

  /** The passage is ended by an exception, if the frame is in one. */
  public static void unwind(long began, int spot) {
    ended(began, spot, true);
  }

  private static void ended(long began, int spot, boolean raised) {
    if (began == OUTSIDE || began == SKIPPED) return;
    try {
      long now = System.nanoTime();
      int site = at(spot);
      // What began before the site was here is of a probe that was.
      if (site >= 0 && began - since[spot] >= 0) end(site, now - began, raised);
    } catch (Throwable defect) {
      // The passage stays open in the account: it was not seen to end.
    }
  }

  // ---- called by the classes made for sites

  /** A hit whose condition nobody decided yet. */
  static void slow(int site, Object[] locals) {
    try {
      if (test(site, locals)) hit(site, locals);
    } catch (Throwable defect) {
      missed(site);
    }
  }

  /** A passage of a site begins whose condition is true: what its frame is to keep. */
  static long begun(int site) {
    try {
      if (!begin(site)) return SKIPPED;
      long now = System.nanoTime();
      return now == OUTSIDE || now == SKIPPED ? SKIPPED + 1 : now;
    } catch (Throwable defect) {
      return SKIPPED;
    }
  }

  /** A passage begins whose condition nobody decided yet. */
  static long slowBegun(int site, Object[] locals) {
    try {
      return test(site, locals) ? begun(site) : SKIPPED;
    } catch (Throwable defect) {
      missed(site);
      return SKIPPED;
    }
  }

  /** A hit whose condition is true, with watches, a log's line or only a count. */
  static void hit(int site, Object[] locals) {
    long frame = openWith(site, locals, Thread.currentThread().getName());
    if (frame == 0) return;
    try {
      Writer writer = Writer.of(frame);
      for (int ordinal = 0; ordinal < locals.length; ordinal++) {
        local(writer, ordinal, locals[ordinal]);
      }
      writer.finish();
    } catch (Throwable defect) {
      abandoned(frame);
      return;
    }
    publish(frame);
  }

  /** Writes a variable that came boxed as what it is. */
  private static void local(Writer writer, int ordinal, Object value) {
    if (value instanceof Integer) writer.local(ordinal, ((Integer) value).intValue());
    else if (value instanceof Long) writer.local(ordinal, ((Long) value).longValue());
    else if (value instanceof Boolean) writer.local(ordinal, ((Boolean) value).booleanValue());
    else if (value instanceof Double) writer.local(ordinal, ((Double) value).doubleValue());
    else if (value instanceof Float) writer.local(ordinal, ((Float) value).floatValue());
    else if (value instanceof Character) writer.local(ordinal, ((Character) value).charValue());
    else if (value instanceof Short) writer.local(ordinal, ((Short) value).shortValue());
    else if (value instanceof Byte) writer.local(ordinal, ((Byte) value).byteValue());
    else writer.local(ordinal, value);
  }

  /** Gives up a capture that could not be written. */
  static void abandoned(long frame) {
    Writer.abandon(frame);
    abandon(frame);
  }

  /** The id of the trace that is active on this thread, or null; within a hit that is captured. */
  static String trace() {
    return Traces.current();
  }

  // ---- the native library

  /**
   * A hit whose condition is true: a frame for its variables, which {@code Writer} describes, or 0
   * if nothing is to be captured.
   */
  static long open(int site) {
    return open(site, Thread.currentThread().getName());
  }

  /** The same with the thread's name: a field here, where native code has to ask the machine. */
  private static native long open(int site, String thread);

  /** The same with the variables, for what native code evaluates. */
  private static native long openWith(int site, Object[] locals, String thread);

  /** Hands a finished capture over. */
  static native void publish(long frame);

  /** Gives a capture up. */
  private static native void abandon(long frame);

  /** Whether a site's condition holds, by the core's own machine; false and failed are counted. */
  private static native boolean test(int site, Object[] locals);

  /** A hit that was lost to a defect of ours. */
  private static native void missed(int site);

  /** The condition of a site that counts was false once. */
  static native void countFalse(int site);

  /** A passage of a site begins: whether it is measured. */
  private static native boolean begin(int site);

  /** It ends. */
  private static native void end(int site, long ns, boolean raised);

  /**
   * The fields that objects of a class have of this very class, its superclasses left out: {@code
   * {name, signature, name, signature, …}} in the order of the class file. Called once for each
   * class and superclass of an object that a capture meets, never for an array.
   *
   * <p>From JVMTI's GetClassFields, GetFieldModifiers and GetFieldName, because reflection is no
   * way: making a java.lang.reflect.Field loads the field's type through the application's class
   * loader, which is code of the application. Left out are static fields (0x0008) and synthetic
   * ones (0x1000) except those whose names begin with {@code this$} or {@code val$}; and every
   * field whose name another field of the same class has too, static or not (obfuscators make
   * such): the offset is looked up by the name alone, and a number read as a reference would end
   * the process. A signature is the JVM's ({@code I}, {@code Ljava/lang/String;}); only its first
   * character is looked at. At most 1,000 fields. Where JVMTI refuses: an empty array. Not null.
   */
  static native String[] describe(Class<?> type);

  /**
   * The number by which all captures of the process may call a name (core/src/capture/shared.rs); 0
   * if the table has no room for it.
   */
  static native int name(String name);

  /** Whether the redaction list of the core holds a name: {@code Redaction::name_text}. */
  static native boolean isRedacted(String name);
}
