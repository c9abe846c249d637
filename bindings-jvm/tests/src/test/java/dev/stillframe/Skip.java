// A test that cannot run here says why, for people too: Surefire keeps the reason to itself.

package dev.stillframe;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Assumptions;

final class Skip {
  private static final Set<String> SAID = ConcurrentHashMap.newKeySet();

  private Skip() {}

  static void because(String reason) {
    if (SAID.add(reason)) {
      System.err.println("SKIPPED: " + reason);
    }
    Assumptions.abort(reason);
  }

  /** Skips what needs a later JDK than the one that runs. */
  static void before(int version, String what) {
    int feature = Runtime.version().feature();
    if (feature < version) {
      because(what + " are there from Java " + version + " on, and this is " + feature);
    }
  }
}
