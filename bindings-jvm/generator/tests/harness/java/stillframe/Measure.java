// What a hook adds to a loop when its condition is false.
//
// Knows one generated class a process, so that loops do not share what the compiler knows of them.
// Invariant: the loop without the hook is measured in the same process, in turns with the other.

package java.stillframe;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.MutableCallSite;
import java.nio.file.Files;
import java.nio.file.Path;

public final class Measure {
  private static final int TURNS = 150, LOOPS = 1_000_000;
  private static final MethodHandle HIT;
  private static final Object[] ALL = new Object[8];

  static {
    try {
      Path file = Path.of(System.getProperty("stillframe.case"));
      String[] parts = Files.readString(file).split("\t", -1);
      String[] wanted = parts[3].isEmpty() ? new String[0] : parts[3].split(",");
      Object[] data = new Object[wanted.length];
      for (int index = 0; index < data.length; index++) {
        String name = System.getProperty("stillframe.classes").split(",")[
            Integer.parseInt(wanted[index])];
        data[index] = Class.forName(name, true, ClassLoader.getSystemClassLoader());
      }
      Bridge.data = new Object[][] {data};
      MethodHandles.Lookup own = MethodHandles.lookup();
      Class<?> probe = own.defineHiddenClass(Arguments.hex(parts[2]), true).lookupClass();
      MethodType type = MethodType.methodType(void.class, Object.class, int.class);
      MutableCallSite site = new MutableCallSite(own.findStatic(probe, "hit", type));
      HIT = site.dynamicInvoker();
      for (int index = 0; index < ALL.length; index++) {
        ALL[index] = Arguments.read("@cart");
      }
    } catch (Throwable raised) {
      throw new ExceptionInInitializerError(raised);
    }
  }

  private Measure() {}

  private static long without(Object[] all, int seed) {
    long sum = 0;
    int x = seed;
    for (int index = 0; index < LOOPS; index++) {
      x = (x * 1664525 + 1013904223) >>> 1;
      sum += all[x & 7] == null ? 1 : x;
    }
    return sum;
  }

  private static long with(Object[] all, int seed) throws Throwable {
    long sum = 0;
    int x = seed;
    for (int index = 0; index < LOOPS; index++) {
      x = (x * 1664525 + 1013904223) >>> 1;
      Object self = all[x & 7];
      HIT.invokeExact(self, x);
      sum += self == null ? 1 : x;
    }
    return sum;
  }

  public static void main(String[] args) throws Throwable {
    double least = Double.MAX_VALUE, base = Double.MAX_VALUE;
    long sum = 0;
    for (int turn = 0; turn < TURNS; turn++) {
      long from = System.nanoTime();
      sum += without(ALL, turn);
      long between = System.nanoTime();
      sum -= with(ALL, turn);
      long to = System.nanoTime();
      base = Math.min(base, (between - from) / (double) LOOPS);
      least = Math.min(least, (to - between) / (double) LOOPS);
    }
    if (sum != 0 || !Bridge.outcome.equals("false")) {
      throw new IllegalStateException(Bridge.outcome);
    }
    System.out.printf("%.2f %.2f%n", base, least - base);
  }
}
