// The process around the agent: sinks and probes of the environment, its threads, memory and files.

package dev.stillframe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessTest {
  private static final String ARMED =
      """
          while (!Stillframe.statusJson().contains("\\"at\\":")) Thread.sleep(1);
      """;

  private static final String APP =
      """
      import dev.stillframe.*;
      class App {
        static int work(int n) {
          int total = n * 2;
          return total; //: here
        }
        public static void main(String[] words) throws Exception {
      """
          + ARMED
          + """
              for (String word : words) work(Integer.parseInt(word));
              System.out.println("done");
            }
          }
          """;

  @TempDir Path folder;

  @Test
  void probesAndSinkOfTheEnvironmentNeedNoHub() throws Exception {
    App app =
        App.of(folder, APP)
            .probes("{'location': '@here\", 'condition': 'total > 100', 'watches': ['total + 1']}");
    App.Ended ended = app.variable("STILLFRAME_SINK", "stdout").run("1", "60");
    assertEquals("", ended.err());
    assertTrue(ended.well().contains("done\n"));
    assertEquals(1, ended.results().size(), ended.out());
    Tree snapshot = ended.results().get(0);
    assertEquals("snapshot", snapshot.at("type").text());
    assertEquals("{n=60, total=120}", snapshot.at("locals").toString());
    assertEquals("{total + 1=121}", snapshot.at("watches").toString());
    assertEquals(app.line("here"), snapshot.at("at", "line").number());
    assertEquals("App.work", snapshot.at("at", "function").text());
    assertEquals("App", snapshot.at("service", "name").text());
  }

  @Test
  void aFolderIsASink() throws Exception {
    Path results = folder.resolve("results");
    App app = App.of(folder, APP).probes("{'location': '@here\", 'limit': 1000}");
    app.variable("STILLFRAME_SINK", "file://" + results).variable("STILLFRAME_SERVICE", "checkout");
    App.Ended ended = app.run("0", "1", "2", "3", "4");
    assertEquals(List.of("done\n", ""), List.of(ended.well(), ended.err()));
    try (var files = Files.list(results)) {
      Path file = files.toList().get(0);
      assertTrue(file.getFileName().toString().matches("checkout-.*\\.jsonl"), file.toString());
      List<Long> seen =
          Files.readAllLines(file).stream()
              .map(line -> Tree.of(line).at("locals", "n").number())
              .toList();
      assertEquals(LongStream.range(0, 5).boxed().toList(), seen);
    }
  }

  @Test
  void theJarAloneDoesTheSame() throws Exception {
    App app = App.of(folder, APP).bare().probes("{'location': '@here\"}");
    app.option("-javaagent:" + System.getProperty("stillframe.jar"));
    app.option("-Dstillframe.library=" + System.getProperty("stillframe.library"));
    App.Ended ended = app.variable("STILLFRAME_SINK", "stdout").run("7");
    assertTrue(ended.well().contains("\"n\":7"), ended.out() + ended.err());
  }

  @Test
  void aMissingProbesFileIsNoHarm() throws Exception {
    App app =
        App.of(
                folder,
                "class Program { public static void main(String[] words) {"
                    + " System.out.println(\"on\");"
                    + " try { System.in.read(); } catch (Exception e) {} } }")
            .variable("STILLFRAME_PROBES", "/nowhere.json");
    Process process = app.start();
    Till.is(() -> app.err().endsWith("\n"), () -> "nothing is said of the missing file");
    process.getOutputStream().close();
    App.Ended ended = app.end(process);
    assertEquals("on\n", ended.well());
    assertEquals(1, ended.err().lines().count(), ended.err());
    assertTrue(ended.err().startsWith("stillframe: "), ended.err());
  }

  private static final String IDLE =
      """
      import dev.stillframe.*;
      import java.nio.file.*;
      class Idle {
        static long rss() throws Exception {
          for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("RssAnon:")) return Long.parseLong(line.replaceAll("\\\\D", ""));
          }
          return 0;
        }
        static long files() throws Exception {
          try (var all = Files.list(Path.of("/proc/self/fd"))) { return all.count(); }
        }
        static long ticks() throws Exception {
          long sum = 0;
          try (var tasks = Files.list(Path.of("/proc/self/task"))) {
            for (Path task : tasks.toList()) {
              String stat = Files.readString(task.resolve("stat"));
              if (!stat.contains("(stillframe")) continue;
              String[] words = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
              sum += Long.parseLong(words[11]) + Long.parseLong(words[12]);
            }
          }
          return sum;
        }
        static int work(int n) {
          return n + 1; //: here
        }
        public static void main(String[] words) throws Exception {
          if (words[0].equals("rss")) {
            Thread.sleep(500);
            System.out.println(rss());
            return;
          }
          work(1);
          for (int i = 0; i < 20; i++) cycle();
          long files = files();
          for (int i = 0; i < 200; i++) cycle();
          long more = files() - files;
          long before = ticks();
          Thread.sleep(2000);
          System.out.println(more + " " + (ticks() - before));
        }
        static void cycle() throws Exception {
          try (ProbeHandle probe = Stillframe.probe(Probe.at("Idle.java:HERE"))) {
            work(1);
          }
        }
      }
      """;

  @Test
  void anIdleAgentIsSmallAndStill() throws Exception {
    String source = IDLE.replace("HERE", String.valueOf(Source.of(IDLE).line("here")));
    String[] options = {"-XX:+UseSerialGC", "-Xmx64m", "-Xms64m"};
    long[] least = {Long.MAX_VALUE, Long.MAX_VALUE};
    for (int round = 0; round < 3; round++) {
      App bare = App.of(folder, source).bare().option(options);
      least[0] = Math.min(least[0], Long.parseLong(bare.run("rss").well().strip()));
      App with = App.of(folder, source).option(options).variable("STILLFRAME_SINK", "stderr");
      least[1] = Math.min(least[1], Long.parseLong(with.run("rss").well().strip()));
    }
    assertTrue(least[1] - least[0] < 10_000, "KiB without and with: " + least[0] + " " + least[1]);
  }

  @Test
  void probesLeaveNoFileOpenAndAnIdleAgentSleeps() throws Exception {
    String source = IDLE.replace("HERE", String.valueOf(Source.of(IDLE).line("here")));
    App app = App.of(folder, source).variable("STILLFRAME_SINK", "file://" + folder.resolve("out"));
    String[] words = app.run("cycles").well().strip().split(" ");
    assertTrue(Long.parseLong(words[0]) <= 1, words[0] + " files more are open");
    // Hundredths of a second within two seconds.
    assertTrue(Long.parseLong(words[1]) <= 4, words[1] + " ticks");
  }
}
