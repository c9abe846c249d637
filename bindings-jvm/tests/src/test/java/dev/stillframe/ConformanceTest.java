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
  private static final int LEAST = 1600;

  @TempDir Path folder;

  @Test
  void aConditionMeansWhatJavaMeans() throws Exception {
    Cases cases = Cases.compiled(folder, "Cases", Vectors.load("conditions-java.json").all());
    Conformance run = Conformance.conditions(cases);
    run.tell("conditions-java.json");
    assertEquals(List.of(), run.faults, run.faults.size() + " of " + run.ran);
    assertTrue(run.ran > LEAST, "only " + run.ran);
  }
}
