// Rookout's agent without its cloud: its probes and its queue of messages, which the control reads in
// the cloud's stead.
//
// The product offers no such way, so its own parts are put together by their names, as of 0.1.266. It is
// loaded with `-javaagent` and told of no cloud, so its own start ends at once for want of a token.
// Invariant: after the rounds a condition that becomes true, and a capture, are messages in the queue.

package bench;

import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.HashMap;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;

final class Rook extends Subject {
  private static final String PRODUCT = "com.rookout.rook.";
  private static final List<Case> CASES = List.of(
      new Case("unprobed_function", "Calls", "Calls"),
      new Case("unprobed_line", "Cold", "Base"),
      new Case("condition_false", "ConditionFalse", "Base"),
      new Case("condition_false_field", "Field", "FieldBase"),
      new Case("capture_10_locals_stack", "Capture", "CaptureBase"),
      new Case("removed", "Removed", "Base"));
  private static final int HITS = 300;
  private static final int CAPTURES = 20;
  private static final long SITS_WITHIN_NS = 10_000_000_000L;

  private Object augs;
  private Object link;

  @Override
  String name() {
    return "rook";
  }

  @Override
  List<Case> cases() {
    return CASES;
  }

  @Override
  void start() throws Exception {
    Object product = Class.forName(PRODUCT + "Singleton").getMethod("Instance").invoke(null);
    // By default 1,000 messages in 5 s, fewer than the captures here.
    Object config = Class.forName(PRODUCT + "Config").getMethod("Instance").invoke(null);
    field(config, "OutputWsConfiguration$MAX_AUG_MESSAGES").set(config, Integer.MAX_VALUE);
    call(product, "StartServices");
    Object output = field(product, "output").get(product);
    augs = field(product, "augManager").get(product);
    Constructor<?> make = Class.forName(PRODUCT + "ComWs.AgentComWs").getConstructors()[0];
    String token = "0".repeat(64);
    link = make.newInstance(output, "ws://127.0.0.1", 9, null, token, new HashMap<String, String>(),
        new String[0], false, false);
    call(output, "setAgentCom", link);
    // Before the classes are loaded: of those that are there it changes one in a long while.
    for (String loop : List.of("Cold", "ConditionFalse", "Field", "Capture", "Removed")) place(loop);
    sits("ConditionFalse", 0);
    sits("Capture", SEED);
    sits("Removed", 0);
    call(augs, "RemoveAug", "Removed");
  }

  private void place(String loop) throws Exception {
    String conditional = switch (loop) {
      case "Capture" -> "";
      case "Field" -> ",\"conditional\":\"frame.item.price > 10\"";
      default -> ",\"conditional\":\"frame.state == 0\"";
    };
    // By default it rests after 200 ms of 5,000, and ends after one run of 400, which the first is on a
    // busy machine. This keeps the checks, and it never rests or ends.
    String limits = "\"rateLimit\":\"4999/5000\",\"maxAugTime\":60000";
    String probe = "{\"id\":\"" + loop + "\"," + limits + conditional
        + ",\"location\":{\"name\":\"file_line\",\"filename\":\"bench/" + FILE + "\",\"lineno\":"
        + line(loop) + "},\"action\":{\"name\":\"script\",\"operations\":[{\"name\":\"set\","
        + "\"paths\":{\"store.frame\":\"frame.dump()\",\"store.stack\":\"stack.traceback()\"}}]}}";
    Class<?> json = Class.forName("rook.org.json.JSONObject");
    call(augs, "AddAug", json.getConstructor(String.class).newInstance(probe));
  }

  /** Waits until the line is probed, which a thread of the product sees to. */
  private void sits(String loop, int seed) throws Exception {
    long end = System.nanoTime() + SITS_WITHIN_NS;
    while (dumped(loop, seed) == 0) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("rook: nothing is sent from " + loop + " in 10 s");
      }
      Thread.sleep(100);
    }
  }

  /** Messages of dumps that one iteration brings. */
  private int dumped(String loop, int seed) throws Exception {
    drain();
    Targets.LOOPS.get(loop).applyAsInt(1, seed);
    return drain();
  }

  /** Empties the queue and tells how many of its messages were dumps. */
  private int drain() throws Exception {
    Object queue = field(link, "queue").get(link);
    Queue<?> messages = (Queue<?>) field(queue, "pendingMessages").get(queue);
    int dumps = 0;
    for (Object one = messages.poll(); one != null; one = messages.poll()) {
      Object message = field(one, "msg").get(one);
      if (message.getClass().getSimpleName().equals("AugReportMessage")) dumps++;
    }
    ((AtomicInteger) field(queue, "pendingMessagesSize").get(queue)).set(0);
    return dumps;
  }

  @Override
  void arm() {}

  @Override
  void disarm() {}

  @Override
  int iterations(Case one) {
    if (one.name().startsWith("capture")) return CAPTURES;
    return one.name().startsWith("condition") ? HITS : ITERATIONS;
  }

  @Override
  int calls(Case one) {
    // The queue has an end.
    return one.name().startsWith("capture") ? 10 : Integer.MAX_VALUE;
  }

  @Override
  void before(Case one) throws Exception {
    drain();
  }

  @Override
  void after(Case one, long ran) throws Exception {
    long wanted = one.name().startsWith("capture") ? ran : 0;
    expect("rook " + one.name() + ": dumps", (long) drain(), wanted);
  }

  @Override
  void control() throws Exception {
    expect("rook: a true condition", dumped("ConditionFalse", 0), 1);
    expect("rook: a capture", dumped("Capture", SEED), 1);
    expect("rook: removed", dumped("Removed", 0), 0);
  }

  private static Field field(Object of, String name) throws NoSuchFieldException {
    Field field = of.getClass().getDeclaredField(name);
    field.setAccessible(true);
    return field;
  }

  private static void call(Object of, String name, Object... arguments) throws Exception {
    for (Method method : of.getClass().getDeclaredMethods()) {
      if (method.getName().equals(name) && method.getParameterCount() == arguments.length) {
        method.setAccessible(true);
        method.invoke(of, arguments);
        return;
      }
    }
    throw new NoSuchMethodException(of.getClass() + "." + name);
  }
}
