// The first hits of a probe in a process that had none, on a thread of the application.
//
//     java -agentpath:… bench.First
//
// Prints nanoseconds of the first hit, whose condition is false, and of the first capture behind it.
// Knows that whatever a thread of the agent can do beforehand was done when the probe is armed.

package bench;

import dev.stillframe.Placing;
import java.util.function.IntBinaryOperator;

final class First {
  private First() {}

  public static void main(String[] arguments) throws Exception {
    Subject.expect("stillframe", Status.off(), "");
    long hit = first("ConditionFalse", ",\"condition\":\"state == 0\"");
    long capture = first("Capture", "");
    System.out.println(hit + " " + capture);
  }

  private static long first(String name, String more) throws InterruptedException {
    IntBinaryOperator loop = Targets.LOOPS.get(name);
    loop.applyAsInt(1, Subject.SEED);
    String id = Placing.place("{\"location\":\"" + Subject.FILE + ":" + Subject.line(name)
        + "\",\"unchecked\":true" + more + "}", null);
    Status.await(id, name);
    long began = System.nanoTime();
    loop.applyAsInt(1, Subject.SEED);
    return System.nanoTime() - began;
  }
}
