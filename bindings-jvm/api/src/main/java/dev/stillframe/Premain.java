// What `-javaagent:stillframe.jar=options` and the attach of that jar call. Invariant: the
// application starts, whatever happens here.

package dev.stillframe;

/** Entry points of the jar as a Java agent. Not to be called by applications. */
public final class Premain {
  private Premain() {}

  /**
   * Starts Stillframe before the application's {@code main}.
   *
   * @param options {@code key=value,…}, percent-encoded, as for the native agent; may be null
   */
  public static void premain(String options) {
    begin(options);
  }

  /**
   * Starts Stillframe in a JVM that runs already.
   *
   * @param options as for {@link #premain}
   */
  public static void agentmain(String options) {
    begin(options);
  }

  private static void begin(String options) {
    try {
      if (Stillframe.enabled()) {
        Library.bind();
        Native.attach(options == null ? "" : options);
      }
    } catch (StillframeException refused) {
      Stillframe.say("not started: " + refused.getMessage());
    } catch (Throwable defect) {
      // An exception out of `premain` would end the JVM.
      Stillframe.say("not started: " + defect);
    }
  }
}
