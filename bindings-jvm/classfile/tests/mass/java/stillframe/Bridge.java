// The bridge of the tests: counts calls and, if asked to, notes what each site was given first. Knows
// no probe.

package java.stillframe;

import java.lang.invoke.CallSite;
import java.lang.invoke.ConstantCallSite;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

public final class Bridge {
    public static final AtomicLong HITS = new AtomicLong();
    public static final AtomicLong LOCALS = new AtomicLong();
    public static final AtomicLong ENTERED = new AtomicLong();
    public static final AtomicLong LEFT = new AtomicLong();
    public static final AtomicLong UNWOUND = new AtomicLong();
    public static final AtomicLong CONFUSED = new AtomicLong();
    private static final TreeMap<Integer, String> FIRST = new TreeMap<>();
    private static final TreeMap<Integer, Long> COUNT = new TreeMap<>();
    private static final boolean NOTES = System.getProperty("stillframe.notes") != null;
    private static final MethodHandle HIT;
    private static final MethodHandle BOXED;
    private static final MethodHandle ENTER;

    static {
        try {
            MethodType type = MethodType.methodType(void.class, int.class);
            HIT = MethodHandles.lookup().findStatic(Bridge.class, "hit", type);
            type = MethodType.methodType(void.class, int.class, Object[].class);
            BOXED = MethodHandles.lookup().findStatic(Bridge.class, "boxed", type);
            type = MethodType.methodType(long.class, long.class, int.class, Object[].class);
            ENTER = MethodHandles.lookup().findStatic(Bridge.class, "enter", type);
        } catch (ReflectiveOperationException failure) {
            throw new ExceptionInInitializerError(failure);
        }
        if (System.getProperty("stillframe.counts") != null) {
            Runtime.getRuntime().addShutdownHook(new Thread(Bridge::say));
        }
    }

    private Bridge() {}

    private static void say() {
        COUNT.forEach((site, count) ->
            System.err.println("site " + site + " " + count + " " + FIRST.get(site)));
        System.err.println("hits=" + HITS + " locals=" + LOCALS + " entered=" + ENTERED
            + " left=" + LEFT + " unwound=" + UNWOUND + " confused=" + CONFUSED);
    }

    private static void hit(int locals) {
        HITS.incrementAndGet();
        LOCALS.addAndGet(locals);
    }

    public static CallSite link(
            MethodHandles.Lookup lookup, String name, MethodType type, int site) {
        if (type.returnType() == long.class) {
            MethodHandle enter = MethodHandles.insertArguments(ENTER, 1, site);
            enter = enter.asCollector(Object[].class, type.parameterCount() - 1);
            return new ConstantCallSite(enter.asType(type));
        }
        if (NOTES) {
            MethodHandle boxed = MethodHandles.insertArguments(BOXED, 0, site);
            boxed = boxed.asCollector(Object[].class, type.parameterCount());
            return new ConstantCallSite(boxed.asType(type));
        }
        MethodHandle hit = MethodHandles.insertArguments(HIT, 0, type.parameterCount());
        return new ConstantCallSite(MethodHandles.dropArguments(hit, 0, type.parameterList()));
    }

    public static void boxed(int site, Object[] locals) {
        hit(locals.length);
        if (NOTES) {
            note(site, locals);
        }
    }

    private static synchronized void note(int site, Object[] locals) {
        COUNT.merge(site, 1L, Long::sum);
        if (FIRST.containsKey(site)) {
            return;
        }
        StringBuilder text = new StringBuilder();
        for (Object local : locals) {
            text.append(text.length() == 0 ? "" : "|").append(shown(local));
        }
        FIRST.put(site, text.toString());
    }

    private static String shown(Object local) {
        if (local == null || local instanceof Integer || local instanceof Boolean) {
            return String.valueOf(local);
        }
        String name = local.getClass().getSimpleName();
        boolean isValue = local instanceof Number || local instanceof Character
            || local instanceof String;
        return isValue ? name + ":" + local : name;
    }

    /** What a frame keeps while a passage of a site is under way. */
    private static long underWay(int site) {
        return 1L << 32 | site;
    }

    public static long enter(long began, int site) {
        if (began != 0) {
            return began;
        }
        ENTERED.incrementAndGet();
        return underWay(site);
    }

    public static long enter(long began, int site, Object[] locals) {
        LOCALS.addAndGet(locals.length);
        return enter(began, site);
    }

    private static void end(AtomicLong ends, long began, int site) {
        if (began != 0) {
            (began == underWay(site) ? ends : CONFUSED).incrementAndGet();
        }
    }

    public static long leave(long began, int site) {
        end(LEFT, began, site);
        return 0;
    }

    public static void unwind(long began, int site) {
        end(UNWOUND, began, site);
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

    public static Object box(boolean value) {
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
}
