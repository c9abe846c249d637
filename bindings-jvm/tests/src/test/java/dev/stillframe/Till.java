// Waits for what another thread or process does soon: there is nothing to block on.

package dev.stillframe;

import java.util.concurrent.Callable;
import java.util.function.Supplier;

final class Till {
  /** Longer than anything takes; what is waited for comes within milliseconds. */
  static final int PATIENCE_S = 30;

  private Till() {}

  /** Waits until {@code found} gives something, and returns it. */
  static <T> T given(Callable<T> found, Supplier<String> otherwise) throws Exception {
    long deadline = System.nanoTime() + PATIENCE_S * 1_000_000_000L;
    while (true) {
      T value = found.call();
      if (value != null) {
        return value;
      }
      if (System.nanoTime() > deadline) {
        throw new AssertionError(otherwise.get());
      }
      Thread.sleep(2);
    }
  }

  static void is(Callable<Boolean> found, Supplier<String> otherwise) throws Exception {
    given(() -> found.call() ? true : null, otherwise);
  }
}
