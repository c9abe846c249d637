// A probe in this JVM and what came of it.

package dev.stillframe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

final class Placed implements AutoCloseable {
  private static final List<String> COUNTED =
      List.of(
          "captured", "condition_false", "condition_failed", "over_quota", "buffer_full", "missed");

  final String id;
  final BlockingQueue<String> got = new LinkedBlockingQueue<>();

  private Placed(String json) {
    id = Native.probe(json, got::add);
  }

  /** Begins the agent's life anew: with it begins what a process may take. */
  static void anew() {
    Stillframe.stop();
    Stillframe.start(new Options().sink(result -> {}).service("tests"));
  }

  /** Places a probe, armed or not. */
  static Placed put(Probe probe) {
    return new Placed(probe.limit(1_000_000).json());
  }

  /** The same by its JSON. */
  static Placed put(String json) {
    return new Placed(json);
  }

  /** Places a probe and waits until it is armed. */
  static Placed on(Probe probe) throws Exception {
    return put(probe).armed();
  }

  static Placed on(String location) throws Exception {
    return on(Probe.at(location));
  }

  Tree report() {
    for (Tree one : Tree.of(Stillframe.statusJson()).at("probes").all()) {
      if (one.at("probe").text().equals(id)) {
        return one;
      }
    }
    throw new AssertionError(id + " is not in " + Stillframe.statusJson());
  }

  String state() {
    return report().at("state").text();
  }

  private static boolean isSettled(Tree report) {
    return !report.at("state").text().equals("pending");
  }

  /** Waits until no probe is pending any more. */
  static void allSettled() throws Exception {
    Till.is(
        () -> {
          List<Tree> reports = Tree.of(Stillframe.statusJson()).at("probes").all();
          return reports.stream().allMatch(Placed::isSettled);
        },
        () -> "some never left pending: " + Stillframe.statusJson());
  }

  /** Its report once it is not pending any more. */
  Tree settled() throws Exception {
    return Till.given(
        () -> {
          Tree report = report();
          return isSettled(report) ? report : null;
        },
        () -> "never left pending: " + report());
  }

  Placed armed() throws Exception {
    String state = settled().at("state").text();
    // A line that threads reach all the time is over its budget within milliseconds.
    assertTrue(state.equals("armed") || state.equals("resting"), () -> report().toString());
    return this;
  }

  /** Why it was refused: message and hint. */
  String refusal() throws Exception {
    Tree report = settled();
    assertEquals("refused", report.at("state").text(), report.toString());
    return report.at("why", "message").text() + " | " + report.at("why", "hint").value();
  }

  String note() {
    return (String) report().at("at", "note").value();
  }

  /** A counter; all of them must add up to the hits. */
  long count(String name) {
    Tree counters = report().at("counters");
    long sum = COUNTED.stream().mapToLong(one -> counters.at(one).number()).sum();
    assertEquals(counters.at("hits").number(), sum, counters.toString());
    return counters.at(name).number();
  }

  long hits() {
    return count("hits");
  }

  Tree snapshot() throws InterruptedException {
    String text = got.poll(Till.PATIENCE_S, TimeUnit.SECONDS);
    assertTrue(text != null, () -> "no snapshot: " + report());
    return Tree.of(text);
  }

  /** The variables of the next snapshot. */
  Tree locals() throws InterruptedException {
    return snapshot().at("locals");
  }

  /** What the watches of the next snapshot show. */
  Tree watches() throws InterruptedException {
    return snapshot().at("watches");
  }

  @Override
  public void close() {
    Stillframe.remove(id);
  }
}
