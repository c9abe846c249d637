// The bridge of the mass test: counts calls and looks at nothing. Knows no probe.

package java.stillframe;

import java.lang.invoke.CallSite;
import java.lang.invoke.ConstantCallSite;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.atomic.AtomicLong;

public final class Bridge {
    public static final AtomicLong HITS = new AtomicLong();
    public static final AtomicLong LOCALS = new AtomicLong();
    public static final AtomicLong ENTERED = new AtomicLong();
    public static final AtomicLong LEFT = new AtomicLong();
    public static final AtomicLong UNWOUND = new AtomicLong();
    private static final MethodHandle HIT;

    static {
        try {
            MethodType type = MethodType.methodType(void.class, int.class);
            HIT = MethodHandles.lookup().findStatic(Bridge.class, "hit", type);
        } catch (ReflectiveOperationException failure) {
            throw new ExceptionInInitializerError(failure);
        }
        if (System.getProperty("stillframe.counts") != null) {
            Runtime.getRuntime().addShutdownHook(new Thread(Bridge::say));
        }
    }

    private Bridge() {}

    private static void say() {
        System.err.println("hits=" + HITS + " locals=" + LOCALS + " entered=" + ENTERED
            + " left=" + LEFT + " unwound=" + UNWOUND);
    }

    private static void hit(int locals) {
        HITS.incrementAndGet();
        LOCALS.addAndGet(locals);
    }

    public static CallSite link(
            MethodHandles.Lookup lookup, String name, MethodType type, int site) {
        MethodHandle hit = MethodHandles.insertArguments(HIT, 0, type.parameterCount());
        return new ConstantCallSite(MethodHandles.dropArguments(hit, 0, type.parameterList()));
    }

    public static void boxed(int site, Object[] locals) {
        hit(locals.length);
    }

    public static void enter(int site) {
        ENTERED.incrementAndGet();
    }

    public static void leave(int site) {
        LEFT.incrementAndGet();
    }

    public static void unwind(Throwable thrown, int site) {
        UNWOUND.incrementAndGet();
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
