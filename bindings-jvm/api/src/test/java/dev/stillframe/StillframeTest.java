// The public calls where there is no native library, or nothing is wanted.

package dev.stillframe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StillframeTest {
  /** A processor that nobody builds for: what the jar holds does not matter. */
  private static final List<String> FOREIGN = List.of("-Dos.arch=pdp11", "-Dos.name=Linux");

  private static final String[] CALLS = {
    "start", "probe", "handle", "status", "flush", "remove", "stop"
  };

  @TempDir Path folder;

  private static String unsupported(String hint) {
    String line = ": unsupported: " + hint + "\n";
    return Arrays.stream(CALLS).map(call -> call + line).collect(Collectors.joining());
  }

  @Test
  void withoutALibraryEveryCallSaysWhatToDo() throws Exception {
    Jvm jvm = Jvm.run(folder, Map.of(), FOREIGN, CALLS);
    String libc = Platform.current().endsWith("-musl") ? "musl" : "gnu";
    String expected =
        "this jar has no native library for linux-pdp11-"
            + libc
            + "; run on Linux with glibc (x86_64), or set STILLFRAME_ENABLED=false";
    assertEquals(unsupported(expected) + "the application ran\n", jvm.out());
    assertEquals("", jvm.err());
  }

  @Test
  void disabledItDoesNothingWhateverThePlatform() throws Exception {
    for (String value : List.of("false", " No", "0", "off")) {
      Jvm jvm = Jvm.run(folder, Map.of("STILLFRAME_ENABLED", value), FOREIGN, CALLS);
      String status =
          "{\"enabled\":false,\"probes\":[],\"notes\":{\"off\":\"STILLFRAME_ENABLED is false\"}}";
      assertEquals(
          "start: done\nprobe: id ''\nhandle: done\nstatus: "
              + status
              + "\nflush: true\nremove: done\nstop: done\nthe application ran\n",
          jvm.out());
      assertEquals("", jvm.err());
    }
  }

  @Test
  void aLibraryThatIsNotOursIsRefused() throws Exception {
    Path foreign = Path.of(System.getProperty("java.home"), "lib", "libzip.so");
    Jvm jvm = Jvm.run(folder, Map.of(), List.of("-Dstillframe.library=" + foreign), CALLS);
    String expected =
        foreign
            + " is not the native library of version "
            + Stillframe.version()
            + "; use the one that came with this jar";
    assertEquals(unsupported(expected) + "the application ran\n", jvm.out());
  }

  @Test
  void theVersionIsThatOfTheJar() {
    assertEquals(System.getProperty("project.version"), Stillframe.version());
  }
}
