// What a probe is asked to be, and its JSON: the form of `ProbeSpec` in the core. Checks nothing
// that the core checks.

package dev.stillframe;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * A probe to be placed by {@link Stillframe#probe(Probe)}.
 *
 * <pre>{@code
 * Stillframe.probe(Probe.at("Cart.java:42").condition("total > 100").watch("items.size()"));
 * }</pre>
 *
 * <p>It takes snapshots unless {@link #log}, {@link #count()} or {@link #time()} says otherwise.
 * Not for use by several threads at once.
 */
public final class Probe {
  private final String location;
  private final List<String> watches = new ArrayList<>();
  private String kind = "snap";

  /** Captures only where this is true, or null. */
  private String condition;

  /** Template of a log line, or null. */
  private String log;

  /** Captures after which it ends, or null. */
  private Long limit;

  /** When it ends, or null. */
  private Duration expires;

  /** Whether hits are counted of which the condition is false. */
  private boolean exact;
  private boolean unchecked;

  /** Is called with each result, or null. */
  private Consumer<String> onSnapshot;

  private Probe(String location) {
    this.location = Objects.requireNonNull(location, "location");
  }

  /**
   * A probe on a line or a method. Code that is not loaded yet is waited for.
   *
   * @param location {@code Cart.java:42}, {@code com/acme/Cart.java:42}, {@code com.acme.Cart:42}
   *     or {@code com.acme.Cart#total}; for {@link #time()} also lines, {@code Cart.java:40..44}
   * @return a probe that takes snapshots there
   */
  public static Probe at(String location) {
    return new Probe(location);
  }

  /**
   * Captures only where this is true.
   *
   * @param expression such as {@code total > 100 && user.id == 7}
   * @return this
   */
  public Probe condition(String expression) {
    condition = Objects.requireNonNull(expression, "expression");
    return this;
  }

  /**
   * Adds expressions whose values travel with each snapshot.
   *
   * @param expressions such as {@code cart.items.get(0).sku}
   * @return this
   */
  public Probe watch(String... expressions) {
    watches.addAll(List.of(expressions));
    return this;
  }

  /**
   * Renders a log line instead of a snapshot.
   *
   * @param template such as {@code total={cart.total}}
   * @return this
   */
  public Probe log(String template) {
    log = Objects.requireNonNull(template, "template");
    kind = "log";
    return this;
  }

  /**
   * Counts hits, and leaves the figure in {@link Stillframe#statusJson()}.
   *
   * @return this
   */
  public Probe count() {
    kind = "count";
    return this;
  }

  /**
   * Measures how long a method or a range of lines takes, and leaves the figures in {@link
   * Stillframe#statusJson()}.
   *
   * @return this
   */
  public Probe time() {
    kind = "time";
    return this;
  }

  /**
   * Ends the probe after so many captures.
   *
   * @param captures at least 1
   * @return this
   */
  public Probe limit(long captures) {
    limit = captures;
    return this;
  }

  /**
   * Ends the probe after some time.
   *
   * @param after at least a millisecond
   * @return this
   */
  public Probe expires(Duration after) {
    expires = Objects.requireNonNull(after, "after");
    return this;
  }

  /**
   * Counts every hit. A hit of which the condition is false costs nothing, and is else not counted:
   * {@link Stillframe#statusJson()} then says {@code "false_uncounted": true}, and its {@code hits}
   * are the least they were. Counts and durations are exact without it.
   *
   * @return this
   */
  public Probe exact() {
    exact = true;
    return this;
  }

  /**
   * Arms it even where the running source cannot be compared or differs; every snapshot says so. A
   * line of a class whose source is not on this machine is armed only so.
   *
   * @return this
   */
  public Probe unchecked() {
    unchecked = true;
    return this;
  }

  /**
   * Has a function called with each result of this probe.
   *
   * @param function is given the JSON text of a result, on a thread of ours
   * @return this
   */
  public Probe onSnapshot(Consumer<String> function) {
    onSnapshot = Objects.requireNonNull(function, "function");
    return this;
  }

  /** Its function, or null. */
  Consumer<String> function() {
    return onSnapshot;
  }

  /** As the core reads it. */
  String json() {
    Json json = new Json().field("kind", kind).field("location", location);
    if (condition != null) {
      json.field("condition", condition);
    }
    if (!watches.isEmpty()) {
      json.field("watches", watches);
    }
    if (log != null) {
      json.field("log", log);
    }
    if (limit != null) {
      json.field("limit", limit);
    }
    if (expires != null) {
      json.field("expires_ms", milliseconds(expires));
    }
    if (unchecked) {
      json.field("unchecked", true);
    }
    if (exact) {
      json.field("exact", true);
    }
    return json.toString();
  }

  /** As many as a long holds: no probe lives longer. */
  private static long milliseconds(Duration duration) {
    try {
      return duration.toMillis();
    } catch (ArithmeticException overflow) {
      return duration.isNegative() ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
  }
}
