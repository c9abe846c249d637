// Quotas of `tests/conformance/quotas.json`, as far as they need no clock that a test can move.

package dev.stillframe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class QuotasTest {
  /** What the agent calls a probe whose rate leaves no room: it is on its line. */
  private static final Map<String, String> REPORTED = Map.of("exhausted", "armed");

  private static Place place;

  /** Why a case cannot run in real time. The list may only shrink. */
  private static String skipped(Tree one) {
    for (Tree step : one.at("steps").all()) {
      if (step.has("cost_us")) {
        return "a cost of so many microseconds cannot be made to measure";
      }
      if (step.at("at_ms").number() > 0) {
        return "it takes time, and no clock of a real process stands still";
      }
    }
    return null;
  }

  @Test
  void quotasGrantWhatTheVectorsSay() throws Exception {
    StringBuilder text = new StringBuilder("class Quotas {\n");
    for (int at = 0; at < 10; at++) {
      text.append(
          "  static int hit" + at + "(int x, String name) {\n    return x; //: " + at + "\n  }\n");
    }
    place = Place.of(text + "}\n");
    place.type();
    List<String> faults = new ArrayList<>();
    Map<String, Integer> skipped = new TreeMap<>();
    int ran = 0;
    for (Tree one : Vectors.load("quotas.json").all()) {
      String why = skipped(one);
      if (why != null) {
        skipped.merge(why, 1, Integer::sum);
        continue;
      }
      ran++;
      run(one, faults);
    }
    Vectors.tell("quotas.json", ran, skipped);
    assertEquals(List.of(), faults);
    assertTrue(ran >= 9, "only " + ran);
  }

  private static void run(Tree one, List<String> faults) throws Exception {
    Placed.anew();
    Map<String, Placed> placed = new LinkedHashMap<>();
    Map<String, Integer> number = new LinkedHashMap<>();
    for (Map.Entry<String, Tree> named : one.at("probes").entries().entrySet()) {
      int at = number.size();
      number.put(named.getKey(), at);
      // False hits are counted where a case asks how many there were.
      placed.put(named.getKey(), Placed.put(spec(named.getValue(), place.at("" + at))).armed());
    }
    for (Tree step : one.at("steps").all()) {
      Placed probe = placed.get(step.at("probe").text());
      int at = number.get(step.at("probe").text());
      Tree before = probe.report().at("counters");
      for (int hit = 0; hit < step.at("hits").number(); hit++) {
        place.call("hit" + at, 11, "ann");
        if (hit % 32 == 31) {
          assertTrue(Stillframe.flush(Duration.ofSeconds(20)));
        }
      }
      assertTrue(Stillframe.flush(Duration.ofSeconds(20)));
      Tree after = probe.report();
      step.at("expect")
          .entries()
          .forEach(
              (key, wanted) -> {
                Object found =
                    key.equals("state")
                        ? after.at("state").text()
                        : (Object) (after.at("counters", key).number() - before.at(key).number());
                Object expected =
                    key.equals("state")
                        ? REPORTED.getOrDefault(wanted.text(), wanted.text())
                        : wanted.value();
                // The hook of a probe that is done goes meanwhile: what comes later is not seen.
                boolean mayBeFewer =
                    key.equals("over_quota") && after.at("state").text().equals("done");
                boolean isFine =
                    mayBeFewer
                        ? ((Number) found).longValue() <= ((Number) expected).longValue()
                        : found.equals(expected);
                if (!isFine) {
                  faults.add(one.at("name") + ": " + key + " is " + found + ", wanted " + wanted);
                }
              });
    }
    placed.values().forEach(Placed::close);
  }

  /** The specification of a case at a place, as JSON. */
  private static String spec(Tree spec, String location) {
    StringBuilder json = new StringBuilder("{\"location\":\"" + location + "\",\"exact\":true");
    spec.entries()
        .forEach(
            (key, value) -> {
              if (!key.equals("location")) {
                json.append(",\"").append(key).append("\":").append(json(value));
              }
            });
    return json.append('}').toString();
  }

  private static String json(Tree value) {
    if (value.value() instanceof String text) {
      return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
    if (value.value() instanceof List<?>) {
      return value.all().stream().map(QuotasTest::json).toList().toString();
    }
    if (value.value() instanceof Map<?, ?>) {
      List<String> parts = new ArrayList<>();
      value.entries().forEach((key, inner) -> parts.add('"' + key + "\":" + json(inner)));
      return "{" + String.join(",", parts) + "}";
    }
    return String.valueOf(value.value());
  }
}
