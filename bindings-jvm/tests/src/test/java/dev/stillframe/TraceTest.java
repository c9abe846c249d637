// Snapshots and log lines name the trace of OpenTelemetry that is active on their thread.

package dev.stillframe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stillframe.io.opentelemetry.context.ThreadLocalContextStorage;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TraceTest {
  private static Place place;
  private static Tracer tracer;

  @BeforeAll
  static void compile() throws Exception {
    place =
        Place.of(
            "class Traced {\n"
                + "  static int n;\n"
                + "  static int work() {\n"
                + "    return ++n; //: here\n"
                + "  }\n"
                + "}\n");
    place.loadAll();
    // Whoever took its number for a reference would end this process.
    assertEquals(1, ThreadLocalContextStorage.MADE.length);
    tracer = SdkTracerProvider.builder().addSpanProcessor(new Ignoring()).build().get("tests");
  }

  /** Without one that wants them, no spans are made. */
  private static final class Ignoring implements SpanProcessor {
    @Override
    public void onStart(Context parent, ReadWriteSpan span) {}

    @Override
    public boolean isStartRequired() {
      return true;
    }

    @Override
    public void onEnd(ReadableSpan span) {}

    @Override
    public boolean isEndRequired() {
      return false;
    }
  }

  @BeforeEach
  void begin() {
    Placed.anew();
  }

  /** What a capture says of its trace, made while the context is the current one. */
  private static Object traced(Probe probe, Context context) throws Exception {
    try (Placed placed = Placed.on(probe);
        Scope current = context.makeCurrent()) {
      assertNotNull(current);
      place.call("work");
      assertEquals(1, placed.count("captured"));
      return placed.snapshot().at("trace_id").value();
    }
  }

  private static Object traced(Context context) throws Exception {
    return traced(Probe.at(place.at("here")), context);
  }

  @Test
  void theTraceThatIsActiveIsNamed() throws Exception {
    Span span = tracer.spanBuilder("order").startSpan();
    String id = span.getSpanContext().getTraceId();
    assertTrue(span.getSpanContext().isValid());
    ContextKey<String> other = ContextKey.named("tenant");
    Context context = Context.root().with(other, "acme").with(span);
    assertEquals(id, traced(context));
    assertEquals(id, traced(Probe.at(place.at("here")).watch("n + 1"), context));
    assertEquals(id, traced(Probe.at(place.at("here")).log("n is {n}"), context));
    Span part = tracer.spanBuilder("part").setParent(context).startSpan();
    assertEquals(id, traced(context.with(part)));
  }

  @Test
  void aTraceThatCameWithARequestIsNamedAsWell() throws Exception {
    String id = "4bf92f3577b34da6a3ce929d0e0e4736";
    SpanContext remote =
        SpanContext.createFromRemoteParent(
            id, "00f067aa0ba902b7", TraceFlags.getSampled(), TraceState.getDefault());
    assertEquals(id, traced(Context.root().with(Span.wrap(remote))));
  }

  @Test
  void withoutOneNoneIsNamed() throws Exception {
    assertEquals(null, traced(Context.root()));
    assertEquals(null, traced(Context.root().with(Span.getInvalid())));
    Span span = tracer.spanBuilder("elsewhere").startSpan();
    try (Placed placed = Placed.on(place.at("here"));
        Scope current = span.makeCurrent()) {
      assertNotNull(current);
      Thread thread = new Thread(() -> assertTrue(Context.current() == Context.root()));
      thread.start();
      thread.join();
      Thread other = new Thread(TraceTest::work);
      other.start();
      other.join();
      assertFalse(placed.snapshot().has("trace_id"));
    }
  }

  private static void work() {
    try {
      place.call("work");
    } catch (Exception fault) {
      throw new AssertionError(fault);
    }
  }

  @Test
  void noCodeOfASpanOfAnotherMakeIsRun() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    Object span =
        Proxy.newProxyInstance(
            TraceTest.class.getClassLoader(),
            new Class<?>[] {Span.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("storeInContext")) {
                return null;
              }
              calls.incrementAndGet();
              return null;
            });
    // By the key that OpenTelemetry itself uses: a span is stored by its own method.
    Context whole = Context.root().with(tracer.spanBuilder("order").startSpan());
    ContextKey<Object> key = keyOf(whole);
    assertEquals(null, traced(whole.with(key, span)));
    assertEquals(null, traced(whole.with(key, "no span at all")));
    assertEquals(0, calls.get());
  }

  @SuppressWarnings("unchecked")
  private static ContextKey<Object> keyOf(Context context) throws Exception {
    var entries = context.getClass().getDeclaredField("entries");
    entries.setAccessible(true);
    return (ContextKey<Object>) ((Object[]) entries.get(context))[0];
  }
}
