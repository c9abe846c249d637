// Datadog's Dynamic Instrumentation with the probes of a file, and its agent played by a small server.
//
//     java … bench.Datadog FILE      writes the file of probes, before the measured JVM starts
//
// The product loads with the JVM, so its probes are there from the start and stay. Invariant: after the
// rounds a condition that becomes true, and a capture, reach the server.

package bench;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

final class Datadog extends Subject {
  private static final String INFO =
      "{\"version\":\"7.60.0\",\"endpoints\":[\"/info\",\"/debugger/v1/input\","
          + "\"/debugger/v1/diagnostics\",\"/debugger/v2/input\"]}";
  private static final long ARRIVES_WITHIN_NS = 60_000_000_000L;
  private static final List<Case> CASES = List.of(
      new Case("unprobed_function", "Calls", "Calls"),
      new Case("unprobed_line", "Cold", "Base"),
      new Case("condition_false", "ConditionFalse", "Base"),
      new Case("condition_false_field", "Field", "FieldBase"),
      new Case("count", "Count", "Base"),
      new Case("capture_10_locals_stack", "Capture", "CaptureBase"));
  private static final int HITS = 300;
  private static final int CAPTURES = 20;
  private static final long CAPTURE_INTERVAL_MS = 40;

  private final Queue<String> sent = new ConcurrentLinkedQueue<>();

  public static void main(String[] arguments) throws IOException {
    String state = "{\"eq\":[{\"ref\":\"state\"},0]}";
    String price = "{\"gt\":[{\"getmember\":[{\"ref\":\"item\"},\"price\"]},10]}";
    String probes = String.join(",\n",
        probe("Cold", state),
        probe("ConditionFalse", state),
        probe("Field", price),
        "{\"id\":\"Count\",\"type\":\"METRIC_PROBE\",\"version\":0,\"language\":\"java\","
            + "\"kind\":\"COUNT\",\"metricName\":\"bench\"," + where("Count") + "}",
        probe("Capture", null));
    Files.writeString(Path.of(arguments[0]), "[" + probes + "]");
  }

  private static String where(String loop) {
    return "\"where\":{\"sourceFile\":\"bench/" + FILE + "\",\"lines\":[\"" + line(loop) + "\"]}";
  }

  private static String probe(String loop, String condition) {
    String when = condition == null ? ""
        : ",\"when\":{\"dsl\":\"as its tree says\",\"json\":" + condition + "}";
    return "{\"id\":\"" + loop + "\",\"type\":\"LOG_PROBE\",\"version\":0,\"language\":\"java\","
        + where(loop) + ",\"captureSnapshot\":true,\"template\":\"\",\"segments\":[],"
        + "\"sampling\":{\"snapshotsPerSecond\":1000000}" + when + "}";
  }

  @Override
  String name() {
    return "dd-java-agent";
  }

  @Override
  List<Case> cases() {
    return CASES;
  }

  @Override
  void start() throws IOException {
    int port = Integer.getInteger("dd.trace.agent.port");
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  private void answer(HttpExchange exchange) throws IOException {
    sent.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.ISO_8859_1));
    byte[] body = INFO.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  @Override
  void arm() {}

  @Override
  void disarm() {}

  @Override
  int iterations(Case one) {
    if (one.name().startsWith("capture")) return CAPTURES;
    boolean isReached = !one.name().startsWith("unprobed");
    return isReached ? HITS : ITERATIONS;
  }

  @Override
  void between(Case one) throws InterruptedException {
    // Over all probes it takes 1,000 snapshots a second, and passes the other hits by.
    if (one.name().startsWith("capture")) Thread.sleep(CAPTURE_INTERVAL_MS);
  }

  @Override
  void control() throws InterruptedException {
    // Only here a state is 0.
    await("ConditionFalse", 0, "\"ConditionFalse\"");
    await("Capture", SEED, "Lea Example");
  }

  /** Runs a loop once in a while until it is heard of: what was captured before goes out first. */
  private void await(String loop, int seed, String wanted) throws InterruptedException {
    sent.clear();
    long end = System.nanoTime() + ARRIVES_WITHIN_NS;
    while (sent.stream().noneMatch(text -> text.contains("snapshot") && text.contains(wanted))) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("dd-java-agent: no snapshot of " + loop + " in 60 s");
      }
      Targets.LOOPS.get(loop).applyAsInt(1, seed);
      Thread.sleep(500);
    }
  }
}
