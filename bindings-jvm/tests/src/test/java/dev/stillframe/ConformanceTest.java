// The conditions of `tests/conformance` in real frames, decided by the site's own code and by the
// core's machine.

package dev.stillframe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConformanceTest {
  private static final int LEAST = 1600 / Vectors.share();

  @TempDir Path folder;

  @Test
  void aConditionMeansWhatJavaMeans() throws Exception {
    Cases cases = Cases.compiled(folder, "Cases", Vectors.conditions());
    Conformance run = Conformance.conditions(cases);
    run.tell("conditions-java.json");
    assertEquals(List.of(), run.faults, run.faults.size() + " of " + run.ran);
    assertTrue(run.ran > LEAST, "only " + run.ran);
  }

  @Test
  void theCoresMachineDecidesTheSame() throws Exception {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Dstillframe.library=" + System.getProperty("stillframe.library"),
            "-Dstillframe.jar=" + System.getProperty("stillframe.jar"),
            "-Dstillframe.root=" + System.getProperty("stillframe.root"),
            "-Dstillframe.full=" + Boolean.getBoolean("stillframe.full"),
            "-cp",
            System.getProperty("java.class.path"),
            Conformance.class.getName(),
            "machine");
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("STILLFRAME_CONDITIONS", "machine");
    Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    List<String> said = process.inputReader().lines().toList();
    assertEquals(0, process.waitFor(), said.toString());
    assertEquals(1, said.size(), said.toString());
    assertTrue(Integer.parseInt(said.get(0).replace("ran ", "")) > LEAST, said.toString());
  }
}
