// Work that many threads do at once: what they ask of the agent meanwhile waits together.

package dev.stillframe;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

final class Together {
  /** As many probes as the agent changes in one task. */
  private static final int THREADS = 64;

  private Together() {}

  /** What became of each, in their order, once all are done. */
  static <T> List<Future<T>> run(List<Callable<T>> all) throws InterruptedException {
    ExecutorService threads = Executors.newFixedThreadPool(Math.min(THREADS, all.size()));
    try {
      return threads.invokeAll(all);
    } finally {
      threads.shutdown();
    }
  }

  /** Removes probes. */
  static void close(List<Placed> all) throws Exception {
    if (all.isEmpty()) {
      return;
    }
    List<Callable<Void>> removals =
        all.stream()
            .<Callable<Void>>map(
                one ->
                    () -> {
                      one.close();
                      return null;
                    })
            .toList();
    for (Future<Void> removed : run(removals)) {
      removed.get();
    }
  }
}
