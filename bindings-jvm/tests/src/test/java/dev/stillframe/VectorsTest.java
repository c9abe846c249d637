// What watches show of the values in `tests/conformance`, in real frames.

package dev.stillframe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VectorsTest {
  /** Watches of one probe, and bytes of their text that a snapshot repeats. */
  private static final int WATCHES = 32;

  private static final int EXPRESSION = 256;

  /** A process takes so many snapshots at once; a new agent begins anew. */
  private static final int BURST = 25;

  private static final BigInteger EXACT = BigInteger.ONE.shiftLeft(53);

  @TempDir Path folder;

  /** What the JSON of a snapshot has for a tagged value; the text where there is no one form. */
  private static Object shown(Tree tagged) {
    if (tagged.value() == null || tagged.value() instanceof Boolean) {
      return tagged.value();
    }
    String tag = tagged.entries().keySet().iterator().next();
    Tree content = tagged.at(tag);
    return switch (tag) {
      case "int8", "int16", "int32", "int" -> whole(new BigInteger(content.text()));
      case "float", "float32" ->
          List.of("nan", "inf", "-inf").contains(content.text())
              ? Map.of("$float", content.text())
              : Double.valueOf(content.text());
      case "char" -> String.valueOf((char) content.number());
      case "str" -> content.value();
      default -> throw new IllegalArgumentException("no form for " + tag);
    };
  }

  private static Object whole(BigInteger number) {
    return number.abs().compareTo(EXACT) <= 0
        ? (Object) number.longValueExact()
        : Map.of("$int", number.toString());
  }

  /** Why a case cannot be a watch. The list may only shrink. */
  private static String skipped(Tree one) {
    String expect = Vectors.said(one).at("expect").toString();
    if (expect.contains("units=") || expect.contains("{char=5") && expect.length() > 18) {
      return "JSON has no lone surrogates";
    }
    if (Vectors.said(one) != one) {
      return "what a watch shows of a float are its shortest digits, as from Java 19 on";
    }
    return Conformance.skipped(one);
  }

  @Test
  void watchesShowWhatJavaSays() throws Exception {
    Map<String, Integer> skipped = new TreeMap<>();
    Map<String, List<List<Tree>>> groups = new LinkedHashMap<>();
    for (Tree one : Vectors.conditions()) {
      if (!one.at("expect", "refused").isNull()) {
        continue;
      }
      String why = skipped(one);
      if (why != null) {
        skipped.merge(why, 1, Integer::sum);
        continue;
      }
      String key = one.at("vars").toString();
      List<List<Tree>> chunks = groups.computeIfAbsent(key, any -> new ArrayList<>());
      if (chunks.isEmpty() || chunks.get(chunks.size() - 1).size() == WATCHES) {
        chunks.add(new ArrayList<>());
      }
      chunks.get(chunks.size() - 1).add(one);
    }
    List<List<Tree>> all = groups.values().stream().flatMap(List::stream).toList();
    Cases cases = Cases.compiled(folder, "Watched", all.stream().map(one -> one.get(0)).toList());
    List<String> faults = new ArrayList<>();
    int seen = 0;
    for (int at = 0; at < all.size(); at++) {
      if (at % BURST == 0) {
        Placed.anew();
      }
      List<String> sources =
          all.get(at).stream().map(one -> one.at("source").text()).distinct().toList();
      Cases.Case one = cases.all.get(at);
      cases.type(one);
      Probe probe = Probe.at(one.location()).watch(sources.toArray(new String[0]));
      try (Placed placed = Placed.on(probe)) {
        cases.call(one);
        Tree watches = placed.watches();
        for (Tree each : all.get(at)) {
          seen++;
          check(each, watches, faults);
        }
      }
    }
    Vectors.tell("conditions-java.json (watches)", seen, skipped);
    assertEquals(List.of(), faults, faults.size() + " of " + seen);
    assertTrue(seen > 1400 / Vectors.share(), "only " + seen);
    assertEquals(0, cases.ran());
  }

  private static void check(Tree one, Tree watches, List<String> faults) {
    String source = one.at("source").text();
    Tree found = watches.at(source.substring(0, Math.min(EXPRESSION, source.length())));
    Tree wanted = Vectors.said(one).at("expect");
    boolean right;
    if (!wanted.at("error").isNull()) {
      right = found.has("$error");
    } else if (wanted.at("value").has("object")) {
      // The vectors' own host has no packages.
      String type = String.valueOf(found.at("$type").value());
      right = type.equals("shop." + wanted.at("value", "object", "type").text());
    } else {
      Object shown = shown(wanted.at("value"));
      right = java.util.Objects.equals(shown, found.value());
    }
    if (!right) {
      faults.add(one.at("name") + ": " + found + ", wanted " + wanted);
    }
  }
}
