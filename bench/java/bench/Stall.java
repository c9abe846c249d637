// What placing a probe costs the other threads, and whoever places it, in a process of many classes.
//
//     java -agentpath:… bench.Stall TEMPLATE CLASSES ROUNDS [what the rows are called behind `stall_`]
//
// Another thread reads the clock all the time: the longest time between two readings while a probe is
// placed is what it stood still for. A machine that gives the processor to others meanwhile makes that
// longer, so the least over the rounds counts. Knows that a class file names itself once, in UTF-8, and
// its source file, which is made another one too.

package bench;

import dev.stillframe.Placing;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

final class Stall {

  /** Longest time between two readings since this was last set to 0. */
  private static volatile long longest;
  private static volatile boolean isOver;
  /** Readings so far. */
  private static volatile long readings;

  private Stall() {}

  /** Defines the template under other names. */
  private static final class Loader extends ClassLoader {
    private final byte[] template;
    /** Where the class's name stands in it, and that of its source file. */
    private final int at;
    private final int fileAt;

    Loader(String name) throws IOException {
      super(Stall.class.getClassLoader());
      try (InputStream stream = Stall.class.getResourceAsStream(name + ".class")) {
        template = stream.readAllBytes();
      }
      at = indexOf(template, "bench/" + name);
      fileAt = indexOf(template, name + ".java");
    }

    private static int indexOf(byte[] bytes, String text) {
      byte[] part = text.getBytes(StandardCharsets.UTF_8);
      for (int from = 0; from + part.length <= bytes.length; from++) {
        if (Arrays.equals(bytes, from, from + part.length, part, 0, part.length)) return from;
      }
      throw new IllegalStateException("the class does not name itself");
    }

    void define(int number) throws ReflectiveOperationException {
      String name = String.format(Locale.ROOT, "F%05d", number);
      byte[] bytes = template.clone();
      put("bench/" + name, bytes, at);
      put(name + ".java", bytes, fileAt);
      defineClass("bench." + name, bytes, 0, bytes.length);
      // Linked and initialised as those of an application; not made by reflection, which from Java 18
      // on leaves a method handle for each constructor, and the machine goes through all of those too.
      Class.forName("bench." + name, true, this);
    }

    private static void put(String text, byte[] into, int at) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      System.arraycopy(bytes, 0, into, at, bytes.length);
    }
  }

  public static void main(String[] arguments) throws Exception {
    Subject.expect("stillframe", Status.off(), "");
    Loader loader = new Loader(arguments[0]);
    int classes = Integer.parseInt(arguments[1]);
    for (int number = 0; number < classes; number++) loader.define(number);
    // Loaded, and compiled as a running application's code is.
    Targets.LOOPS.get("ConditionFalse").applyAsInt(10_000_000, Subject.SEED);
    Thread reader = new Thread(Stall::read);
    reader.setDaemon(true);
    reader.start();
    long stall = Long.MAX_VALUE;
    long without = Long.MAX_VALUE;
    long arm = Long.MAX_VALUE;
    for (int round = 0; round < Integer.parseInt(arguments[2]); round++) {
      longest = 0;
      long began = System.nanoTime();
      String id = place();
      Status.await(id, "the probe");
      arm = Math.min(arm, System.nanoTime() - began);
      stall = Math.min(stall, longest());
      Targets.LOOPS.get("ConditionFalse").applyAsInt(1_000, Subject.SEED);
      dev.stillframe.Stillframe.remove(id);
      longest = 0;
      Thread.sleep(TimeUnit.NANOSECONDS.toMillis(arm));
      without = Math.min(without, longest());
    }
    isOver = true;
    System.err.printf(Locale.ROOT, "%d classes like %s: %.2f ms, and %.2f ms with nothing placed%n",
        classes, arguments[0], stall / 1e6, without / 1e6);
    String name = arguments.length > 3 ? "_" + arguments[3] : "";
    Overhead.Row.print("arm" + name, "stillframe", arm, 1);
    Overhead.Row.print("stall" + name, "stillframe", stall, 1);
  }

  private static String place() {
    return Placing.place("{\"location\":\"" + Subject.FILE + ":" + Subject.line("ConditionFalse")
        + "\",\"unchecked\":true,\"condition\":\"state == 0\"}", null);
  }

  /** The longest time, once the reader has gone on behind what it stood still for. */
  private static long longest() {
    long seen = readings;
    while (readings < seen + 2) Thread.onSpinWait();
    return longest;
  }

  private static void read() {
    long before = System.nanoTime();
    while (!isOver) {
      long now = System.nanoTime();
      if (now - before > longest) longest = now - before;
      before = now;
      // It is the only one that counts.
      readings = readings + 1;
    }
  }
}
