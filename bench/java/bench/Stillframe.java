// The agent, without a hub, by the library's own calls.
//
// Invariant: each hit is looked for in the counters, where false conditions of a snapshot are the one
// thing that is not counted.

package bench;

import dev.stillframe.Placing;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.IntBinaryOperator;

final class Stillframe extends Subject {
  /** Snapshots that a process takes a second, less what warms them up and two to spare. */
  private static final int CAPTURES = 20;
  private static final int WARM_CAPTURES = 3;
  private static final long CAPTURE_INTERVAL_MS = 1_100;
  /** Hits over quota, which have the probed loop compiled; captures that only the writer sees. */
  private static final int OVER = 400_000;
  private static final int WRITTEN = 2_000;
  private static final int WRITTEN_FIRST = 60_000;
  /** Log lines at once: the shipper empties 64 buffers behind them. */
  private static final int LINES = 20;
  private static final int LOG_CALLS = 25;

  private static final String FALSE = "\"condition\":\"state == 0\"";
  private static final String WITHOUT_RATE =
      "\"limit\":1099511627776,\"rate_per_s\":1000000";
  private static final Map<String, String> SPECIFICATIONS = Map.ofEntries(
      Map.entry("Cold", ""),
      Map.entry("ConditionFalse", FALSE),
      Map.entry("Field", "\"condition\":\"item.price > 10\""),
      Map.entry("ConditionFailed", "\"condition\":\"item.price > 10\""),
      Map.entry("Counted", "\"exact\":true," + FALSE),
      Map.entry("Count", "\"kind\":\"count\""),
      // Ten are let through, then it is over quota. A count, for snapshots of all probes share a rate.
      Map.entry("OverQuota", "\"kind\":\"count\",\"limit\":1099511627776,\"rate_per_s\":1"),
      Map.entry("Log", "\"kind\":\"log\",\"log\":\"state={state}\"," + WITHOUT_RATE),
      Map.entry("Timed", "\"kind\":\"time\""),
      Map.entry("Capture", WITHOUT_RATE + ",\"capture\":{\"frames\":0}"),
      Map.entry("CaptureStack", WITHOUT_RATE),
      Map.entry("Removed", FALSE));

  /** No loop of the measured code. */
  private static final String WRITER = "Written";

  private static final List<Case> CASES = List.of(
      new Case("unprobed_function", "Calls", "Calls"),
      new Case("unprobed_line", "Cold", "Base"),
      new Case("condition_false", "ConditionFalse", "Base"),
      new Case("condition_false_field", "Field", "FieldBase"),
      new Case("condition_false_counted", "Counted", "Base"),
      new Case("condition_failed", "ConditionFailed", "Base"),
      new Case("count", "Count", "Base"),
      new Case("over_quota", "OverQuota", "Base"),
      new Case("time_function", "Timed", "Calls"),
      new Case("log_line", "Log", "Base"),
      new Case("write_10_locals", WRITER, ""),
      new Case("capture_10_locals", "Capture", "CaptureBase"),
      new Case("capture_10_locals_stack", "CaptureStack", "CaptureBase"),
      new Case("removed", "Removed", "Base"));

  private final Map<String, String> ids = new LinkedHashMap<>();
  private final Queue<String> results = new ConcurrentLinkedQueue<>();
  private Map<String, Long> counted = Map.of();

  @Override
  String name() {
    return "stillframe";
  }

  @Override
  List<Case> cases() {
    return CASES;
  }

  @Override
  void start() {
    expect("stillframe", Status.off(), "");
    // Loaded: of code that is not, a probe waits.
    Targets.LOOPS.values().forEach(loop -> loop.applyAsInt(1, SEED));
    Written.run(WRITTEN_FIRST, SEED);
  }

  @Override
  void arm() throws InterruptedException {
    for (Map.Entry<String, String> one : SPECIFICATIONS.entrySet()) {
      String loop = one.getKey();
      String location =
          loop.equals("Timed") ? "bench.Targets.Timed#step" : FILE + ":" + line(loop);
      ids.put(loop, place(location, one.getValue()));
    }
    for (Map.Entry<String, String> id : ids.entrySet()) {
      Status.await(id.getValue(), id.getKey());
    }
    Targets.LOOPS.get("OverQuota").applyAsInt(40, SEED);
  }

  private String place(String location, String more) {
    String specification =
        "{\"location\":\"" + location + "\",\"unchecked\":true,\"budget_ppm\":1000000"
            + (more.isEmpty() ? "" : "," + more) + "}";
    return Placing.place(specification, results::add);
  }

  @Override
  void disarm() {
    ids.values().forEach(dev.stillframe.Stillframe::remove);
    ids.clear();
    results.clear();
  }

  @Override
  IntBinaryOperator loop(Case one) {
    return one.loop().equals(WRITER) ? Written::run : super.loop(one);
  }

  @Override
  int iterations(Case one) {
    if (one.name().startsWith("capture")) return CAPTURES;
    if (one.name().startsWith("write")) return WRITTEN;
    return one.name().equals("log_line") ? LINES : ITERATIONS;
  }

  @Override
  int calls(Case one) {
    if (one.name().startsWith("capture")) return 1;
    return one.name().equals("log_line") ? LOG_CALLS : Integer.MAX_VALUE;
  }

  @Override
  void before(Case one) throws InterruptedException {
    if (one.name().startsWith("capture")) warm(Targets.LOOPS.get(one.loop()));
    counted = counters(one);
  }

  /** Has the probed loop compiled, waits until snapshots are allowed again, heats the caches. */
  private static void warm(IntBinaryOperator loop) throws InterruptedException {
    Thread.sleep(CAPTURE_INTERVAL_MS);
    loop.applyAsInt(OVER, SEED);
    Thread.sleep(CAPTURE_INTERVAL_MS);
    Written.run(WRITTEN, SEED);
    loop.applyAsInt(WARM_CAPTURES, SEED);
  }

  @Override
  void between(Case one) {
    // Buffers are empty again.
    if (one.name().equals("log_line")) expect("delivered", dev.stillframe.Stillframe.flush(), true);
  }

  @Override
  void after(Case one, long ran) {
    if (counted.isEmpty()) return;
    Map<String, Long> grown = counters(one);
    for (Map.Entry<String, Long> before : counted.entrySet()) {
      grown.merge(before.getKey(), -before.getValue(), Long::sum);
    }
    grown.values().removeIf(count -> count == 0);
    if (one.name().equals("over_quota")) {
      // The rate's one a second.
      Long granted = grown.remove("captured");
      if (granted != null && granted < 10) grown.merge("over_quota", granted, Long::sum);
    }
    String outcome = switch (one.name()) {
      case "condition_false_counted" -> "condition_false";
      case "condition_failed" -> "condition_failed";
      case "over_quota" -> "over_quota";
      case "count", "time_function", "log_line", "capture_10_locals", "capture_10_locals_stack" ->
          "captured";
      default -> null;
    };
    Map<String, Long> wanted = outcome == null ? Map.of() : Map.of("hits", ran, outcome, ran);
    expect("stillframe " + one.name(), grown, wanted);
  }

  /** Counters of the probe of a case; none where it has no probe. */
  private Map<String, Long> counters(Case one) {
    String id = ids.get(one.loop());
    return id == null ? Map.of() : Status.counters(id);
  }

  @Override
  void control() throws Exception {
    Thread.sleep(CAPTURE_INTERVAL_MS);
    String id = place(FILE + ":" + line("ConditionFalse"), "\"condition\":\"i == 7\"");
    Status.await(id, "control");
    Targets.LOOPS.get("ConditionFalse").applyAsInt(100, SEED);
    String other = place(FILE + ":" + line("Capture"), WITHOUT_RATE);
    Status.await(other, "control");
    Targets.LOOPS.get("Capture").applyAsInt(1, SEED);
    expect("delivered", dev.stillframe.Stillframe.flush(), true);
    expect("snapshots of a true condition and a capture", results.size(), 2);
    String capture = results.stream().filter(text -> text.contains("Lea Example")).findFirst()
        .orElseThrow(() -> new IllegalStateException("no snapshot has the order: " + results));
    expect("the rows' third", capture.contains("\"three\""), true);
    dev.stillframe.Stillframe.remove(id);
    dev.stillframe.Stillframe.remove(other);
  }
}
