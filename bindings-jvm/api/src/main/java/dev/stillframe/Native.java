// The functions of the native library `stillframe_jvm`, by their JNI names. Decides nothing.

package dev.stillframe;

import java.util.function.Consumer;

/**
 * Natives of {@code libstillframe_jvm.so}. Whoever calls one has called {@link Library#bind()}.
 *
 * <p>What fails throws {@link StillframeException}. A process has one agent, whoever started it.
 */
final class Native {
  private Native() {}

  /**
   * Starts the agent; nothing if it runs. Each of the first five may be null; of {@code sink} and
   * {@code sinkFunction} one is. {@code labels} holds a name and a value in turn.
   */
  static native void start(
      String hub,
      String sink,
      Consumer<String> sinkFunction,
      String service,
      String version,
      String[] labels,
      String[] redact,
      String[] readable);

  /** Starts the agent by {@code key=value,…}, percent-encoded, or empty; nothing if it runs. */
  static native void attach(String options);

  /** Stops the agent, if it runs. */
  static native void stop(double timeoutSeconds);

  /** Whether everything captured so far was delivered within the time; true if no agent runs. */
  static native boolean flush(double timeoutSeconds);

  /** The core's status as JSON, or null if no agent runs. */
  static native String status();

  /** Places a probe and returns its id; {@code onSnapshot} may be null. */
  static native String probe(String specJson, Consumer<String> onSnapshot);

  /** Takes a probe away; nothing if there is none of that id. */
  static native void remove(String id);
}
