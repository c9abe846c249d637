// The bytes of probed classes: what others make of them, what is left behind, and what it takes.

package dev.stillframe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MechanismTest {
  @TempDir Path folder;

  /** Counts the retransformations of a class, keeps its bytes, and changes a string in it. */
  private static final String OTHER =
      """
      import java.lang.instrument.*;
      import java.security.ProtectionDomain;
      import java.util.*;
      public class Other implements ClassFileTransformer {
        static Instrumentation tool;
        static byte[] latest;
        static boolean changes;
        public static void premain(String options, Instrumentation given) {
          tool = given;
          changes = "change".equals(options);
          given.addTransformer(new Other(), true);
        }
        @Override public byte[] transform(ClassLoader loader, String name, Class<?> type,
            ProtectionDomain domain, byte[] bytes) {
          if (!"Program".equals(name) && !"Work".equals(name)) return null;
          if (name.equals("Work")) latest = bytes.clone();
          if (!changes || !name.equals("Work")) return null;
          String text = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1);
          return text.replace("ours", "them").getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
        }
      }
      """;

  private static final String PROGRAM =
      """
      import dev.stillframe.*;
      import java.util.Arrays;
      class Program {
        static long hits() {
          String status = Stillframe.statusJson();
          return Long.parseLong(status.split("\\"hits\\":")[1].split(",")[0]);
        }
        public static void main(String[] words) throws Exception {
          Class<?> type = Class.forName("Work");
          var tool = (java.lang.instrument.Instrumentation)
              field("tool").get(null);
          tool.retransformClasses(type);
          byte[] before = (byte[]) field("latest").get(null);
          String said = Work.work(1);
          ProbeHandle probe = Stillframe.probe(Probe.at("Work.java:3").count());
          Work.work(1);
          long first = hits();
          tool.retransformClasses(type);
          Work.work(1);
          long second = hits();
          byte[] during = (byte[]) field("latest").get(null);
          probe.remove();
          tool.retransformClasses(type);
          byte[] after = (byte[]) field("latest").get(null);
          System.out.println(said + " " + Work.work(1) + " " + first + " " + second
              + " " + Arrays.equals(before, after) + " " + (during.length >= before.length));
        }
        static java.lang.reflect.Field field(String name) throws Exception {
          var field = ClassLoader.getSystemClassLoader().loadClass("Other").getDeclaredField(name);
          field.setAccessible(true);
          return field;
        }
      }
      """;

  private static final String WORK =
      """
      class Work {
        static String work(int n) {
          return "ours"; //: here
        }
      }
      """;

  @ParameterizedTest
  @ValueSource(strings = {"before", "behind", "before change", "behind change"})
  void anotherAgentIsLeftAlone(String how) throws Exception {
    Path jar = App.agentJar(folder, OTHER);
    String other = "-javaagent:" + jar + (how.endsWith("change") ? "=change" : "=watch");
    String ours = "-agentpath:" + System.getProperty("stillframe.library");
    App app = App.of(folder, PROGRAM, WORK).bare().variable("STILLFRAME_SINK", "stderr");
    String[] options =
        how.startsWith("before") ? new String[] {other, ours} : new String[] {ours, other};
    App.Ended ended = app.option(options).run();
    String text = how.endsWith("change") ? "them" : "ours";
    assertEquals(text + " " + text + " 1 2 true true\n", ended.well() + ended.err());
  }

  private static final String CYCLES =
      """
      import dev.stillframe.*;
      import java.lang.management.*;
      class Cycles {
        static int work(int n) {
          return n + 1; //: here
        }
        static void cycle(int n) {
          try (ProbeHandle probe = Stillframe.probe(
              Probe.at("Target.java:3").condition("n == " + (n % 7)).watch("n"))) {
            Target.work(n % 7);
            Target.work(8);
          }
        }
        static long[] used() throws Exception {
          long[] used = new long[2];
          for (int turn = 0; turn < 4; turn++) {
            System.gc();
            Thread.sleep(50);
          }
          for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            if (pool.getName().equals("Metaspace")) used[0] = pool.getUsage().getUsed();
          }
          Object histogram = ManagementFactory.getPlatformMBeanServer().invoke(
              new javax.management.ObjectName("com.sun.management:type=DiagnosticCommand"),
              "vmClassloaderStats", new Object[] {new String[0]},
              new String[] {String[].class.getName()});
          for (String line : histogram.toString().split("\\n")) {
            if (line.endsWith("+ hidden classes")) {
              used[1] += Long.parseLong(line.strip().split(" +")[0]);
            }
          }
          return used;
        }
        public static void main(String[] words) throws Exception {
          Target.work(1);
          int turns = Integer.parseInt(words[0]);
          for (int i = 0; i < turns / 4; i++) cycle(i);
          long[] before = used();
          for (int i = 0; i < turns; i++) cycle(i);
          long[] after = used();
          System.out.println((after[0] - before[0]) / 1024 + " " + (after[1] - before[1]));
        }
      }
      """;

  private static final String TARGET =
      "class Target {\n  static int work(int n) {\n    return n + 1; //: here\n  }\n}\n";

  @Test
  void probesThatComeAndGoLeaveNoClass() throws Exception {
    App app =
        App.of(folder, CYCLES, TARGET).variable("STILLFRAME_SINK", "file://" + folder.resolve("o"));
    String[] words = app.option("-Xmx128m").run("1000").well().strip().split(" ");
    assertTrue(Long.parseLong(words[1]) < 20, words[1] + " hidden classes more");
    // What linking needs once, however many cycles there are: 2.3 MB after 1,000 and after 3,000.
    assertTrue(Long.parseLong(words[0]) < 4 << 10, words[0] + " KiB of metaspace");
  }

  /** Every kind of probe, reached from several threads, while memory is short. */
  private static final String STRESS =
      """
      import dev.stillframe.*;
      import java.util.*;
      import java.util.concurrent.*;
      class Stress {
        private static final List<ProbeHandle> PROBES = new ArrayList<>();
        static void put(Probe probe) {
          PROBES.add(Stillframe.probe(probe.limit(100000)));
        }
        static void probes() {
          put(Probe.at("Target.java:6"));
          String condition = "n % 3 == 0 && name.length() > 2";
          put(Probe.at("Target.java:6").condition(condition).watch("list.size()"));
          put(Probe.at("Target.java:6").condition("list.get(9999) == null").watch("name"));
          put(Probe.at("Target.java:6").log("{n} {name} {list}"));
          put(Probe.at("Target.java:6").count());
          put(Probe.at("Target#work").time());
          put(Probe.at("Target.java:12").condition("this.field > 2").watch("this", "map"));
          put(Probe.at("java.util.ArrayList#trimToSize").condition("elementData.length >= 0"));
        }
        public static void main(String[] words) throws Exception {
          Class.forName("Target");
          probes();
          // How long arming takes is not what is tried here.
          while (Stillframe.statusJson().contains("\\"state\\":\\"pending\\"")) Thread.sleep(1);
          long until = System.nanoTime() + Long.parseLong(words[0]) * 1_000_000;
          List<Future<Long>> all = new ArrayList<>();
          ExecutorService pool = Executors.newFixedThreadPool(4);
          for (int i = 0; i < 4; i++) {
            all.add(pool.submit(() -> {
              long turns = 0;
              while (System.nanoTime() < until) {
                turns += Target.work((int) (turns % 100), "name" + turns) > 0 ? 1 : 0;
                new Target().map(Map.of("k", turns));
                new ArrayList<>(List.of(1)).trimToSize();
              }
              return turns;
            }));
          }
          for (Future<Long> one : all) one.get();
          pool.shutdown();
          String status = Stillframe.statusJson();
          for (ProbeHandle probe : PROBES) {
            String mine = status.split("\\"probe\\":\\"" + probe.id() + "\\"")[1];
            String state = mine.split("\\"state\\":\\"")[1].split("\\"")[0];
            String hits = mine.split("\\"hits\\":")[1].split(",")[0];
            System.out.println(state + " " + (Long.parseLong(hits) > 0));
          }
          PROBES.forEach(ProbeHandle::remove);
          probes();
          Target.work(1, "once more");
          System.out.println("through");
        }
      }
      """;

  private static final String STRESSED =
      """
      import java.util.*;
      class Target {
        int field = 3;
        static int work(int n, String name) {
          List<String> list = new ArrayList<>(List.of(name, name + n));
          double d = n * 1.5; long l = n; boolean b = n > 3; char c = 'x'; float f = n;
          list.add(name.substring(1) + d + l + b + c + f);
          return list.size();
        }
        Object map(Map<String, Long> given) {
          Map<String, Long> map = new HashMap<>(given);
          return map; //: map
        }
      }
      """;

  static Stream<String> machines() {
    List<String> always =
        List.of(
            "-Xcheck:jni",
            "-XX:+UseSerialGC -Xmx24m -Xmn4m",
            "-Xint",
            "-XX:+UseZGC -Xmx128m",
            "-XX:-UseCompressedOops",
            "-XX:+UseG1GC -Xmx32m",
            "-XX:+UseParallelGC -Xmx32m",
            "-Xcomp -XX:TieredStopAtLevel=1");
    List<String> full =
        List.of(
            "-Xcomp",
            "-XX:+UseShenandoahGC -Xmx64m",
            "-XX:+VerifyBeforeGC" + " -XX:+UnlockDiagnosticVMOptions -XX:+UseSerialGC -Xmx24m");
    return Boolean.getBoolean("stillframe.full")
        ? Stream.concat(always.stream(), full.stream())
        : always.stream();
  }

  @ParameterizedTest
  @org.junit.jupiter.params.provider.MethodSource("machines")
  void everyKindOfProbeOnEveryKindOfMachine(String options) throws Exception {
    App app = App.of(folder, STRESS, STRESSED).option(options.split(" "));
    app.variable("STILLFRAME_SINK", "file://" + folder.resolve("o"));
    App.Ended ended = app.run(Boolean.getBoolean("stillframe.full") ? "10000" : "1200");
    if (ended.err().contains("Unrecognized VM option") || ended.err().contains("not supported")) {
      Skip.because(options + " is not to be had on this JDK");
    }
    List<String> lines = ended.well().lines().toList();
    assertEquals("through", lines.get(lines.size() - 1), ended.out());
    assertEquals(9, lines.size(), ended.out());
    for (String line : lines.subList(0, 8)) {
      assertTrue(line.matches("(armed|resting|stopped|done) true"), ended.out());
    }
    String err =
        ended
            .err()
            .lines()
            .filter(line -> !line.contains("A restricted method") && !line.startsWith("WARNING"))
            .toList()
            .toString();
    assertEquals("[]", err);
  }

  @Test
  void anArchiveOfClassesIsStillUsed() throws Exception {
    Path archive = folder.resolve("app.jsa");
    Path jar = folder.resolve("app.jar");
    App.of(
        folder,
        TARGET,
        "class Main { public static void main(String[] w) {"
            + " System.out.println(Target.work(1)); } }");
    try (var out = new java.util.jar.JarOutputStream(java.nio.file.Files.newOutputStream(jar))) {
      for (String name : List.of("Target.class", "Main.class")) {
        out.putNextEntry(new java.util.jar.JarEntry(name));
        java.nio.file.Files.copy(folder.resolve(name), out);
      }
    }
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    run(java, "-XX:ArchiveClassesAtExit=" + archive, "-cp", jar.toString(), "Main");
    String agent = "-agentpath:" + System.getProperty("stillframe.library");
    String said =
        run(
            java,
            agent,
            "-Xshare:on",
            "-XX:SharedArchiveFile=" + archive,
            "-Xlog:class+load",
            "-cp",
            jar.toString(),
            "Main");
    assertTrue(
        said.lines().anyMatch(line -> line.contains(" Target source: shared objects file (top)")),
        said);
    assertTrue(
        said.lines().anyMatch(line -> line.contains("java.lang.Object source: shared")), said);
  }

  private static String run(String... command) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.startsWith("STILLFRAME_"));
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes());
    assertEquals(0, process.waitFor(), said);
    return said;
  }
}
