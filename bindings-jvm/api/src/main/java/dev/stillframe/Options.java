// What `Stillframe.start` is told. Knows no defaults: those are the core's alone.

package dev.stillframe;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * How the agent of this process is started.
 *
 * <p>What is left out comes from the environment ({@code STILLFRAME_HUB}, {@code
 * STILLFRAME_SERVICE} and so on), then from the defaults. Not for use by several threads at once.
 */
public final class Options {
  /** Address of the hub, or null. */
  private String hub;

  /** Name of the sink, or null. */
  private String sink;

  /** Function of the sink, or null. */
  private Consumer<String> sinkFunction;

  /** Name of the service, or null. */
  private String service;

  /** Version of the service, or null. */
  private String version;

  private final Map<String, String> labels = new LinkedHashMap<>();
  private final List<String> redact = new ArrayList<>();
  private final List<String> readable = new ArrayList<>();

  /** Options that leave everything to the environment. */
  public Options() {}

  /**
   * Where probes come from.
   *
   * @param address such as {@code http://127.0.0.1:4737}
   * @return this
   */
  public Options hub(String address) {
    hub = Objects.requireNonNull(address, "address");
    return this;
  }

  /**
   * Where results go without a hub.
   *
   * @param target {@code stdout}, {@code stderr} or {@code file:///folder}
   * @return this
   */
  public Options sink(String target) {
    sink = Objects.requireNonNull(target, "target");
    sinkFunction = null;
    return this;
  }

  /**
   * Has a function called with each result, where there is no hub.
   *
   * @param function is given the JSON text of a result, on a thread of ours
   * @return this
   */
  public Options sink(Consumer<String> function) {
    sinkFunction = Objects.requireNonNull(function, "function");
    sink = null;
    return this;
  }

  /**
   * Name of the service; else {@code STILLFRAME_SERVICE} or OpenTelemetry's.
   *
   * @param name the name
   * @return this
   */
  public Options service(String name) {
    service = Objects.requireNonNull(name, "name");
    return this;
  }

  /**
   * Version of the service.
   *
   * @param text the version
   * @return this
   */
  public Options version(String text) {
    version = Objects.requireNonNull(text, "text");
    return this;
  }

  /**
   * Adds a label of this instance, by which {@code stillframe snap --label} chooses.
   *
   * @param name name of the label; a later value takes the place of an earlier one
   * @param value its value
   * @return this
   */
  public Options label(String name, String value) {
    labels.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(value, "value"));
    return this;
  }

  /**
   * Adds names whose values never leave the process.
   *
   * @param names names, {@code *} at an end standing for anything
   * @return this
   */
  public Options redact(String... names) {
    redact.addAll(List.of(names));
    return this;
  }

  /**
   * Adds names of the built-in list whose values may leave. Only the application can say so; what
   * {@link #redact} or {@code STILLFRAME_REDACT} names stays redacted.
   *
   * @param names names
   * @return this
   */
  public Options readable(String... names) {
    readable.addAll(List.of(names));
    return this;
  }

  /** Hands everything to the native library. */
  void start() {
    String[] redacted = redact.toArray(new String[0]);
    String[] read = readable.toArray(new String[0]);
    Native.start(hub, sink, sinkFunction, service, version, labelPairs(), redacted, read);
  }

  /** A name and a value in turn. */
  String[] labelPairs() {
    String[] pairs = new String[labels.size() * 2];
    int at = 0;
    for (Map.Entry<String, String> label : labels.entrySet()) {
      pairs[at++] = label.getKey();
      pairs[at++] = label.getValue();
    }
    return pairs;
  }
}
