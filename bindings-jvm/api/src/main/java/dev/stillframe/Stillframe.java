// The public calls. Converts and passes on: what a call means is decided in the core.

package dev.stillframe;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;

/**
 * Non-breaking breakpoints for running Java code.
 *
 * <pre>{@code
 * Stillframe.start(new Options().sink("stdout"));
 * Stillframe.probe(Probe.at("Cart.java:42").condition("total > 100").watch("items.get(0).sku"));
 * }</pre>
 *
 * <p>A probe sits on a line. When the line is reached and the condition is true, a snapshot of the
 * stack, the locals and the watches leaves the process; the application never pauses and no code of
 * its own runs on our account. Nothing of this is needed in a program that was started with {@code
 * stillframe run -- java …}: probes then come from the command line, and {@link #start()} changes
 * nothing.
 *
 * <p>Results and the status are JSON text, read by whatever JSON library the application has: this
 * jar brings none. {@code STILLFRAME_ENABLED=false} makes every call here do nothing. Where there
 * is no native library for the platform, every call throws a {@link StillframeException} whose code
 * is {@code unsupported}. All methods may be called by any thread.
 */
public final class Stillframe {
  private static final String VERSION = "0.1.0";
  private static final Duration STOP_TIMEOUT = Duration.ofMillis(500);
  private static final Duration FLUSH_TIMEOUT = Duration.ofSeconds(5);
  private static final Set<String> FALSE = Set.of("false", "0", "no", "off");

  /** Why the latest start came to nothing, or null. */
  private static volatile String off;

  private Stillframe() {}

  /**
   * Version of this library.
   *
   * @return such as {@code 0.1.0}
   */
  public static String version() {
    return VERSION;
  }

  /** Starts the agent in this process by what the environment says. */
  public static void start() {
    start(new Options());
  }

  /**
   * Starts the agent in this process.
   *
   * <p>A process has one agent: while it runs, further calls change nothing. A configuration that
   * cannot work is one line on stderr and a note in {@link #statusJson()}, never an exception: the
   * application comes first.
   *
   * @param options what the environment does not say
   * @throws StillframeException if there is no native library for this platform
   */
  public static void start(Options options) {
    Objects.requireNonNull(options, "options");
    if (!enabled()) {
      return;
    }
    Library.bind();
    try {
      options.start();
      off = null;
    } catch (StillframeException refused) {
      off = refused.getMessage();
      say("not started: " + off);
    }
  }

  /** Stops the agent as {@link #stop(Duration)} does, within half a second. */
  public static void stop() {
    stop(STOP_TIMEOUT);
  }

  /**
   * Takes every probe off, delivers what was captured, ends all threads of ours. {@link #start()}
   * may be called again afterwards.
   *
   * @param timeout how long delivery may take
   * @throws StillframeException if there is no native library for this platform
   */
  public static void stop(Duration timeout) {
    double seconds = seconds(timeout);
    if (enabled()) {
      Library.bind();
      Native.stop(seconds);
    }
  }

  /**
   * Waits until everything captured so far was delivered, at most five seconds.
   *
   * @return whether it was
   */
  public static boolean flush() {
    return flush(FLUSH_TIMEOUT);
  }

  /**
   * Waits until everything captured so far was delivered.
   *
   * @param timeout how long at most
   * @return whether it was
   * @throws StillframeException if there is no native library for this platform
   */
  public static boolean flush(Duration timeout) {
    double seconds = seconds(timeout);
    if (!enabled()) {
      return true;
    }
    Library.bind();
    return Native.flush(seconds);
  }

  /**
   * What the agent knows about itself: its link, its probes with exact counters, notes.
   *
   * @return JSON text: {@code {"enabled":true,"probes":[{"counters":{"hits":1204,…},…}],"notes":{…}}}
   * @throws StillframeException if there is no native library for this platform
   */
  public static String statusJson() {
    if (!enabled()) {
      return offJson("STILLFRAME_ENABLED is false");
    }
    Library.bind();
    String status = Native.status();
    if (status != null) {
      return status;
    }
    String why = off;
    return offJson(why == null ? "not started" : why);
  }

  /**
   * Places a probe that takes snapshots.
   *
   * @param location as for {@link Probe#at}
   * @return the probe's handle
   * @throws StillframeException as for {@link #probe(Probe)}
   */
  public static ProbeHandle probe(String location) {
    return probe(Probe.at(location));
  }

  /**
   * Places a probe.
   *
   * <p>What comes of it later is in {@link #statusJson()}. Where {@link #start()} came to nothing,
   * nothing happens here either, and the id is empty.
   *
   * @param probe where and what
   * @return the probe's handle
   * @throws StillframeException if the location, condition, a watch or a number cannot be right, if
   *     nobody started the agent, or if there is no native library for this platform
   */
  public static ProbeHandle probe(Probe probe) {
    Objects.requireNonNull(probe, "probe");
    if (!enabled()) {
      return new ProbeHandle("");
    }
    Library.bind();
    if (Native.status() != null) {
      return new ProbeHandle(Native.probe(probe.json(), probe.function()));
    }
    if (off != null) {
      return new ProbeHandle("");
    }
    throw new StillframeException(
        "not_started", "place a probe: the agent is not running", "call Stillframe.start() first");
  }

  /**
   * Takes a probe away. One that is gone already is no error.
   *
   * @param id its id
   * @throws StillframeException if there is no native library for this platform
   */
  public static void remove(String id) {
    Objects.requireNonNull(id, "id");
    if (enabled()) {
      Library.bind();
      Native.remove(id);
    }
  }

  /** Whether the environment lets us do anything: the core's rule, which holds without it too. */
  static boolean enabled() {
    String value = System.getenv("STILLFRAME_ENABLED");
    return value == null || !FALSE.contains(value.strip().toLowerCase(Locale.ROOT));
  }

  /** A line for people on stderr, unless they asked for silence. */
  static void say(String text) {
    String level = System.getenv("STILLFRAME_LOG");
    String silent = level == null ? "" : level.strip().toLowerCase(Locale.ROOT);
    if (!Set.of("off", "none", "false").contains(silent)) {
      System.err.println("stillframe: " + text);
    }
  }

  /** The status of an agent that does not run. */
  static String offJson(String why) {
    Json notes = new Json().field("off", why);
    return new Json()
        .field("enabled", false)
        .field("probes", List.of())
        .field("notes", notes)
        .toString();
  }

  private static double seconds(Duration timeout) {
    return timeout.getSeconds() + timeout.getNano() / 1e9;
  }
}
