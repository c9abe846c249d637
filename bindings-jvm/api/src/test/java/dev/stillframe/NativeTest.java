// The calls with the native library, each in the life of one agent. Its file is the property
// `stillframe.library`.

package dev.stillframe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NativeTest {
  private static final String PLACE = "dev.stillframe.Till#total";

  private final BlockingQueue<String> results = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> snapshots = new LinkedBlockingQueue<>();

  @BeforeEach
  void start() {
    if (System.getProperty(Library.PROPERTY) == null) {
      Skip.because("no native library: set -Dstillframe.library=FILE");
    }
    // Loaded before a probe is placed: of a class that comes later the first calls may go unseen.
    Till.total(0, 0);
    Stillframe.start(new Options().sink(results::add).service("till").label("zone", "a"));
  }

  @AfterEach
  void stop() {
    if (System.getProperty(Library.PROPERTY) != null) {
      Stillframe.stop();
    }
  }

  private static String next(BlockingQueue<String> queue) throws InterruptedException {
    String text = queue.poll(10, TimeUnit.SECONDS);
    assertNotNull(text, Stillframe.statusJson());
    return text;
  }

  @Test
  void aTrueConditionBringsASnapshot() throws InterruptedException {
    Probe probe = Probe.at(PLACE).condition("quantity > 2").watch("price * 2");
    try (ProbeHandle handle = Stillframe.probe(probe.onSnapshot(snapshots::add))) {
      assertFalse(handle.id().isEmpty());
      assertEquals(20, Till.total(10, 2));
      assertEquals(30, Till.total(10, 3));
      assertTrue(Stillframe.flush());
      String snapshot = next(snapshots);
      assertTrue(snapshot.contains("\"quantity\":3"), snapshot);
      assertTrue(snapshot.contains("\"type\":\"snapshot\""), snapshot);
      assertTrue(snapshots.isEmpty());
    }
  }

  @Test
  void aResultWithoutAFunctionOfItsOwnGoesToTheSink() throws InterruptedException {
    try (ProbeHandle handle = Stillframe.probe(Probe.at(PLACE).log("{quantity} pieces"))) {
      Till.total(10, 7);
      assertTrue(Stillframe.flush(Duration.ofSeconds(10)));
      String line = next(results);
      assertTrue(line.contains("7 pieces"), line);
      assertTrue(Stillframe.statusJson().contains('"' + handle.id() + '"'));
    }
  }

  @Test
  void nothingIsCapturedAfterRemoval() throws InterruptedException {
    ProbeHandle handle = Stillframe.probe(Probe.at(PLACE).onSnapshot(snapshots::add));
    Till.total(1, 1);
    next(snapshots);
    handle.remove();
    handle.close();
    Till.total(1, 2);
    assertTrue(Stillframe.flush());
    assertTrue(snapshots.isEmpty());
  }

  @Test
  void whatCannotBeRightIsRefusedAtOnce() {
    Map<Probe, String> wrong =
        Map.of(
            Probe.at(PLACE).condition("quantity >"), "condition",
            Probe.at(PLACE).limit(0), "limit",
            Probe.at("Till.java:0"), "location");
    wrong.forEach(
        (probe, code) -> {
          StillframeException refused =
              assertThrows(StillframeException.class, () -> Stillframe.probe(probe));
          assertEquals(code, refused.code(), refused.getMessage());
        });
  }

  @Test
  void itStartsAgainAfterAStop() {
    assertTrue(Stillframe.statusJson().contains("\"enabled\":true"));
    Stillframe.stop(Duration.ofSeconds(2));
    assertEquals(Stillframe.offJson("not started"), Stillframe.statusJson());
    StillframeException refused =
        assertThrows(StillframeException.class, () -> Stillframe.probe(PLACE));
    assertEquals("not_started", refused.code());
    assertTrue(Stillframe.flush());
    Stillframe.start(new Options().sink(results::add));
    assertTrue(Stillframe.statusJson().contains("\"enabled\":true"));
  }

  @Test
  void aConfigurationThatCannotWorkIsNoException() {
    Stillframe.stop();
    Stillframe.start(new Options().sink("nowhere"));
    String status = Stillframe.statusJson();
    assertTrue(status.contains("\"enabled\":false") && status.contains("is no sink"), status);
    assertEquals("", Stillframe.probe(PLACE).id());
  }
}
