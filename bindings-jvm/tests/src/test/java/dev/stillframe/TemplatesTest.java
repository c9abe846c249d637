// Log templates of `tests/conformance/templates-java.json`, rendered in real frames.

package dev.stillframe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TemplatesTest {
  @TempDir Path folder;

  /** The line a case expects: a text, or pieces of which some are repeated. */
  private static String line(Tree expected) {
    if (expected.value() instanceof String text) {
      return text;
    }
    StringBuilder line = new StringBuilder();
    for (Tree piece : expected.all()) {
      line.append(
          piece.value() instanceof String text
              ? text
              : piece.at(0).text().repeat((int) piece.at(1).number()));
    }
    return line.toString();
  }

  @Test
  void templatesRenderAsTheVectorsSay() throws Exception {
    Placed.anew();
    List<Tree> trees = Vectors.load("templates-java.json").all();
    Cases cases = Cases.compiled(folder, "Templates", trees);
    List<String> faults = new ArrayList<>();
    for (Cases.Case one : cases.all) {
      String fault = fault(cases, one);
      if (fault != null) {
        faults.add(one.tree().at("name") + ": " + fault + ", wanted " + one.tree().at("expect"));
      }
    }
    Vectors.tell("templates-java.json", trees.size(), Map.of());
    assertEquals(List.of(), faults, faults.size() + " of " + trees.size());
    assertTrue(trees.size() > 30);
  }

  private static String fault(Cases cases, Cases.Case one) throws Exception {
    Tree wanted = one.tree().at("expect");
    cases.type(one);
    Probe probe = Probe.at(one.location()).log(one.tree().at("template").text());
    try (Placed placed = Placed.put(probe)) {
      Tree report = placed.settled();
      if (report.at("state").text().equals("refused")) {
        return refused(report.at("why").toString(), wanted);
      }
      if (!wanted.at("refused").isNull()) {
        return "not refused";
      }
      cases.call(one);
      // The vectors' own host has no packages.
      String message = placed.snapshot().at("message").text().replace("<shop.", "<");
      Tree shown = wanted.at("shown").isNull() ? wanted.at("line") : wanted.at("shown");
      return message.equals(line(shown)) ? null : message;
    } catch (StillframeException refused) {
      return refused(refused.getMessage(), wanted);
    }
  }

  private static String refused(String message, Tree wanted) {
    boolean right =
        !wanted.at("refused").isNull()
            && message.toLowerCase().contains(wanted.at("refused").text().toLowerCase());
    return right ? null : message;
  }
}
