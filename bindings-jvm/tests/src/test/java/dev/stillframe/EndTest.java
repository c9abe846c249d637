// Exits, threads left behind and hubs that hang: the application ends as if we were absent.

package dev.stillframe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EndTest {
  /** Waits until its probe is armed, reaches it, and ends as it is told. */
  private static final String PROGRAM =
      """
      import dev.stillframe.*;
      class Program {
        // A method that runs while its class is changed has no lines in stack traces: HotSpot's way.
        static int work(int n) {
          return Work.work(n);
        }
        public static void main(String[] words) throws Exception {
          Class.forName("Work");
          if (!words[0].startsWith("unarmed")) {
            while (!Stillframe.statusJson().contains("\\"state\\":\\"armed\\"")) Thread.sleep(1);
            // Its state comes a moment before its hook.
            while (!Stillframe.statusJson().contains("\\"at\\":")) Thread.sleep(1);
          }
          System.out.println(work(41));
          switch (words[0]) {
            case "exit": System.exit(7);
            case "halt": Runtime.getRuntime().halt(9);
            case "exception": throw new IllegalStateException("theirs");
            case "daemon": case "busy":
              for (int i = 0; i < 2; i++) {
                Thread spins = new Thread(() -> { while (true) work(1); });
                spins.setDaemon(true);
                spins.start();
              }
              Thread.sleep(50);
              if (words[0].equals("busy")) System.exit(3);
              return;
            case "thread":
              new Thread(() -> System.out.println(work(1))).start();
              return;
            case "hook":
              Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println(work(2))));
              return;
            case "stopped": Stillframe.stop(); return;
            case "arming":
              for (int i = 0; i < 20; i++) {
                Stillframe.probe(Probe.at("Work.java:3").condition("n > " + i));
              }
              return;
            default:
          }
        }
      }
      """;

  private static final String WORK =
      """
      class Work {
        static int work(int n) {
          return n + 1; //: here
        }
      }
      """;

  @TempDir Path folder;

  private static int status(String end) {
    return Map.of("exit", 7, "halt", 9, "exception", 1, "busy", 3).getOrDefault(end, 0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "return",
        "exit",
        "halt",
        "exception",
        "daemon",
        "busy",
        "thread",
        "hook",
        "stopped",
        "arming"
      })
  void exitCodeAndOutputAreUnchanged(String end) throws Exception {
    App.Ended bare = App.of(folder, PROGRAM, WORK).bare().run("unarmed" + end);
    assertEquals("42\n", bare.out());
    App app = App.of(folder, PROGRAM, WORK).probes("{'location': 'Work.java:3', 'limit': 100}");
    App.Ended ended =
        app.variable("STILLFRAME_SINK", "file://" + folder.resolve("results")).run(end);
    assertEquals(status(end), ended.status(), ended.err());
    assertTrue(ended.out().startsWith("42\n"), ended.out());
    String err =
        end.equals("exception")
            ? "Exception in thread \"main\" java.lang.IllegalStateException: theirs\n"
                + "\tat Program.main(Program.java:"
                + line("case \"exception\"")
                + ")\n"
            : "";
    assertEquals(err, ended.err());
    if (!end.equals("halt")) {
      // What was captured before its end is there.
      try (var files = java.nio.file.Files.list(folder.resolve("results"))) {
        List<Path> all = files.toList();
        assertEquals(1, all.size());
        String first = java.nio.file.Files.readAllLines(all.get(0)).get(0);
        assertEquals(41, Tree.of(first).at("locals", "n").number());
      }
    }
  }

  private static int line(String text) {
    List<String> lines = PROGRAM.lines().toList();
    for (int at = 0; at < lines.size(); at++) {
      if (lines.get(at).contains(text)) {
        return at + 1;
      }
    }
    throw new IllegalArgumentException(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"return", "exit"})
  void aHubThatHangsChangesNothing(String end) throws Exception {
    try (ServerSocket hub = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      App app = App.of(folder, PROGRAM, WORK).variable("STILLFRAME_AGENT_TOKEN", "sfa_nothing");
      app.variable("STILLFRAME_HUB", "http://127.0.0.1:" + hub.getLocalPort());
      long began = System.nanoTime();
      App.Ended ended = app.variable("STILLFRAME_LOG", "off").run("unarmed" + end);
      assertEquals(0, ended.status());
      assertEquals("42\n", ended.out());
      assertEquals("", ended.err());
      assertTrue(System.nanoTime() - began < 60_000_000_000L);
    }
  }

  @Test
  void aHubThatIsAwayChangesNothing() throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    App app = App.of(folder, PROGRAM, WORK).variable("STILLFRAME_HUB", "http://127.0.0.1:" + port);
    app.variable("STILLFRAME_AGENT_TOKEN", "sfa_nothing").variable("STILLFRAME_LOG", "off");
    App.Ended ended = app.run("unarmed");
    assertEquals(List.of(0, "42\n", ""), List.of(ended.status(), ended.out(), ended.err()));
  }

  private static final String THREADS =
      """
      class Program {
        public static void main(String[] words) throws Exception {
          try (var tasks = java.nio.file.Files.list(java.nio.file.Path.of("/proc/self/task"))) {
            for (var task : tasks.toList()) {
              System.out.print(java.nio.file.Files.readString(task.resolve("comm")));
            }
          }
          Thread.getAllStackTraces().keySet().forEach(one -> System.out.println(one.getName()));
        }
      }
      """;

  @Test
  void disabledItDoesNothing() throws Exception {
    App.Ended ended = App.of(folder, THREADS).variable("STILLFRAME_ENABLED", "false").run();
    assertFalse(ended.well().contains("stillframe"), ended.out());
    assertEquals("", ended.err());
    App.Ended on = App.of(folder, THREADS).run();
    assertEquals("", on.err());
    assertEquals(0, on.status());
  }

  @Test
  void aBadEnvironmentIsOneLineAndNoHarm() throws Exception {
    for (var wrong :
        Map.of("SINK", "ftp://x", "ALLOW", "shoot", "AGENT_TOKEN", "sfu_x").entrySet()) {
      App app =
          App.of(folder, PROGRAM, WORK).variable("STILLFRAME_" + wrong.getKey(), wrong.getValue());
      App.Ended ended = app.run("unarmed");
      assertEquals("42\n", ended.well(), wrong.getKey());
      assertTrue(ended.err().startsWith("stillframe: "), wrong + ": " + ended.err());
      assertEquals(1, ended.err().lines().count(), ended.err());
    }
  }

  @Test
  void wrongOptionsAreOneLineAndNoHarm() throws Exception {
    App.Ended ended = App.of(folder, PROGRAM, WORK).agentOptions("hubb=x").run("unarmed");
    assertEquals("42\n", ended.well());
    assertTrue(ended.err().startsWith("stillframe: "), ended.err());
    assertTrue(ended.err().contains("hubb"), ended.err());
  }
}
