// The conditions of `tests/conformance`, decided in real frames: as conditions, and as watches.
//
// Runs in the tests' own JVM, and as a program where the environment must say who decides. Prints
// what
// is wrong, one line each.

package dev.stillframe;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

final class Conformance {
  /** Probes at a time; a process takes 256. */
  private static final int BATCH = 200;

  /** Bytes of a condition's text; the agent refuses longer ones before it looks inside. */
  private static final int MOST = 4096;

  final List<String> faults = new ArrayList<>();
  final Map<String, Integer> skipped = new TreeMap<>();
  int ran;
  private final Cases cases;

  private Conformance(Cases cases) {
    this.cases = cases;
  }

  public static void main(String[] arguments) throws Exception {
    Path folder = Folders.make("stillframe-cases");
    List<Tree> trees = new ArrayList<>(Vectors.conditions());
    if (arguments.length > 1) {
      trees.removeIf(tree -> !tree.at("name").text().matches(arguments[1]));
    }
    Conformance conditions = conditions(Cases.compiled(folder, "Cases", trees));
    conditions.tell("conditions-java.json (" + arguments[0] + ")");
    conditions.faults.forEach(System.out::println);
    System.out.println("ran " + conditions.ran);
  }

  void tell(String file) throws Exception {
    Vectors.tell(file, ran, skipped);
  }

  /** All cases as conditions. */
  static Conformance conditions(Cases cases) throws Exception {
    Conformance run = new Conformance(cases);
    Placed.anew();
    int before = cases.ran();
    for (int from = 0; from < cases.all.size(); from += BATCH) {
      run.batch(cases.all.subList(from, Math.min(from + BATCH, cases.all.size())));
    }
    if (cases.ran() != before) {
      run.faults.add("code of the application ran " + (cases.ran() - before) + " times");
    }
    return run;
  }

  private void batch(List<Cases.Case> batch) throws Exception {
    List<Cases.Case> chosen = new ArrayList<>();
    List<Callable<Placed>> placing = new ArrayList<>();
    for (Cases.Case one : batch) {
      cases.type(one);
      String why = skipped(one.tree());
      if (why != null) {
        skipped.merge(why, 1, Integer::sum);
        continue;
      }
      ran++;
      chosen.add(one);
      Json spec = new Json().field("kind", "count").field("location", one.location());
      String text = spec.field("condition", one.tree().at("source").text()).toString();
      placing.add(() -> Placed.put(text));
    }
    Map<Cases.Case, Placed> placed = new LinkedHashMap<>();
    List<Future<Placed>> outcomes = Together.run(placing);
    for (int at = 0; at < outcomes.size(); at++) {
      try {
        placed.put(chosen.get(at), outcomes.get(at).get());
      } catch (ExecutionException failed) {
        if (!(failed.getCause() instanceof StillframeException refused)) {
          throw failed;
        }
        refused(chosen.get(at), refused.getMessage());
      }
    }
    Placed.allSettled();
    int before = cases.ran();
    for (Cases.Case one : placed.keySet()) {
      cases.call(one);
      int now = cases.ran();
      if (now != before) {
        faults.add(one.tree().at("name") + ": ran code of the application");
        before = now;
      }
    }
    Map<String, Tree> reports = new LinkedHashMap<>();
    for (Tree report : Tree.of(Stillframe.statusJson()).at("probes").all()) {
      reports.put(report.at("probe").text(), report);
    }
    placed.forEach((one, probe) -> check(one, reports.get(probe.id)));
    Together.close(List.copyOf(placed.values()));
  }

  /** Why a case cannot run in a real frame. The list may only shrink. */
  static String skipped(Tree one) {
    boolean hasUnset =
        one.at("vars").entries().values().stream().anyMatch(of -> of.at("java").isNull());
    return hasUnset ? "a variable that has no value yet has no name at the line" : null;
  }

  private void refused(Cases.Case one, String message) {
    Tree wanted = one.tree().at("expect", "refused");
    boolean isLong = one.tree().at("source").text().length() > MOST;
    String text = isLong ? "4096 bytes" : wanted.text();
    if (wanted.isNull() || !message.toLowerCase().contains(text.toLowerCase())) {
      faults.add(
          one.tree().at("name") + ": refused: " + message + ", wanted " + one.tree().at("expect"));
    }
  }

  private void check(Cases.Case one, Tree report) {
    if (report.at("state").text().equals("refused")) {
      refused(one, report.at("why").toString());
      return;
    }
    Tree counters = report.at("counters");
    String found =
        counters.at("captured") + " true, " + counters.at("condition_failed") + " failed";
    Tree said = Vectors.said(one.tree());
    String wanted;
    if (!one.tree().at("expect", "refused").isNull()) {
      wanted = "a refusal";
    } else if (!said.at("expect", "error").isNull()) {
      wanted = "0 true, 1 failed";
    } else if (said.at("test").isNull()) {
      return;
    } else {
      wanted = said.at("test").value().equals(true) ? "1 true, 0 failed" : "0 true, 0 failed";
    }
    if (!found.equals(wanted)) {
      faults.add(
          one.tree().at("name")
              + ": "
              + found
              + ", wanted "
              + wanted
              + " of "
              + one.tree().at("vars")
              + " "
              + report.at("latest_failure")
              + report.at("why"));
    }
  }
}
