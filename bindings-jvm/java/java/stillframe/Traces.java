// The trace that is active on a thread, as OpenTelemetry for Java keeps it.
//
// Read as data: a thread local of the storage class, in it a context with an array of keys and
// values, the value of one key is the span, which holds its own context, which holds the id. None
// of that is asked by a method of OpenTelemetry or of a class that stands in for its own. Source of
// the names: its ThreadLocalContextStorage, ArrayBasedContext, SpanContextKey, SdkSpan,
// PropagatedSpan and AutoValue_ImmutableSpanContext. Invariant: what is not built like that has no
// trace.

package java.stillframe;

import java.lang.ref.WeakReference;

final class Traces {
  private static final String KEY = "opentelemetry-trace-span-key";
  /** Copies of OpenTelemetry that are asked: one for each loader that has one. */
  private static final int MOST_STORAGES = 16;
  /** A context has a handful of keys. */
  private static final int MOST_ENTRIES = 64;
  private static final int MOST_ANCESTORS = 8;

  private static volatile Storage[] storages = {};

  private Traces() {}

  /** A storage class, which may be unloaded, and where its mirror has the thread local. */
  private static final class Storage extends WeakReference<Class<?>> {
    final long at;

    Storage(Class<?> type, long at) {
      super(type);
      this.at = at;
    }
  }

  /** Where objects of a class have what matters here, if they have it. */
  private static final class Fields extends ClassValue<long[]> {
    static final Fields OF = new Fields();
    static final int ENTRIES = 0, NAME = 1, SPAN_CONTEXT = 2, TRACE_ID = 3;

    @Override
    protected long[] computeValue(Class<?> type) {
      long[] offsets = {Memory.ABSENT, Memory.ABSENT, Memory.ABSENT, Memory.ABSENT};
      int ancestors = 0;
      for (Class<?> at = type; at != null && ancestors++ < MOST_ANCESTORS; ) {
        String[] found = at.isArray() ? new String[0] : Bridge.describe(at);
        for (int field = 0; field + 1 < found.length; field += 2) {
          int role = role(found[field], found[field + 1]);
          if (role >= 0 && offsets[role] == Memory.ABSENT) {
            offsets[role] = Memory.offset(at, found[field]);
          }
        }
        at = at.getSuperclass();
      }
      return offsets;
    }

    /** By the signature too: a number must not be taken for a reference. */
    private static int role(String name, String signature) {
      switch (name) {
        case "entries": return signature.equals("[Ljava/lang/Object;") ? ENTRIES : -1;
        case "name": return signature.equals("Ljava/lang/String;") ? NAME : -1;
        case "traceId": return signature.equals("Ljava/lang/String;") ? TRACE_ID : -1;
        case "context":
        case "spanContext":
          return signature.endsWith("/api/trace/SpanContext;") ? SPAN_CONTEXT : -1;
        default: return -1;
      }
    }

    /** What a field of an object refers to; null where it has no such field. */
    static Object get(Object object, int role) {
      long at = object == null ? Memory.ABSENT : OF.get(object.getClass())[role];
      return at == Memory.ABSENT ? null : Memory.U.getReference(object, at);
    }
  }

  /** Has it asked from now on; on a thread of ours. */
  static synchronized void add(Class<?> type) {
    Memory.U.ensureClassInitialized(Fields.class);
    Storage[] before = storages;
    for (Storage known : before) if (known.refersTo(type)) return;
    long at = Memory.offset(type, "THREAD_LOCAL_STORAGE");
    if (at == Memory.ABSENT) return;
    Storage[] after = new Storage[Math.min(before.length + 1, MOST_STORAGES)];
    // The one that was found first goes, where there are too many.
    System.arraycopy(before, before.length + 1 - after.length, after, 0, after.length - 1);
    after[after.length - 1] = new Storage(type, at);
    storages = after;
  }

  /** The id of the trace that is active on this thread; null if there is none. */
  static String current() {
    try {
      for (Storage storage : storages) {
        String id = id(storage);
        if (id != null) return id;
      }
    } catch (Throwable defect) {
      // Without it the capture is as good.
    }
    return null;
  }

  private static String id(Storage storage) {
    Class<?> type = storage.get();
    Object local = type == null ? null : Memory.U.getReference(type, storage.at);
    // One of a class of its own would run code to make its first value; this one's is null, which
    // the thread then holds, as after OpenTelemetry's own look.
    if (local == null || local.getClass() != ThreadLocal.class) return null;
    Object held = Fields.get(((ThreadLocal<?>) local).get(), Fields.ENTRIES);
    if (!(held instanceof Object[])) return null;
    Object[] entries = (Object[]) held;
    int most = Math.min(entries.length, MOST_ENTRIES);
    for (int at = 0; at + 1 < most; at += 2) {
      if (KEY.equals(Fields.get(entries[at], Fields.NAME))) {
        Object id = Fields.get(Fields.get(entries[at + 1], Fields.SPAN_CONTEXT), Fields.TRACE_ID);
        return id instanceof String ? (String) id : null;
      }
    }
    return null;
  }
}
