// The command line, the same for every server.

package checkout;

import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Where to listen, and on which threads to work. */
public record Options(int port, int threads, boolean virtual) {
  public static Options read(String[] args) {
    int port = 8000;
    int threads = 8;
    boolean virtual = false;
    Iterator<String> words = List.of(args).iterator();
    while (words.hasNext()) {
      String word = words.next();
      switch (word) {
        case "--port" -> port = Integer.parseInt(words.next());
        case "--threads" -> threads = Integer.parseInt(words.next());
        case "--virtual" -> virtual = true;
        default -> throw new IllegalArgumentException(word + ": --port N --threads N --virtual");
      }
    }
    return new Options(port, threads, virtual);
  }

  /** A fixed number of platform threads, or a virtual thread for each request. */
  public ExecutorService executor() {
    if (virtual) {
      return virtualThreads();
    }
    AtomicInteger numbers = new AtomicInteger();
    return Executors.newFixedThreadPool(
        threads, work -> new Thread(work, "worker-" + numbers.incrementAndGet()));
  }

  /** By name, for this is compiled for Java 17, which has none. */
  private static ExecutorService virtualThreads() {
    try {
      return (ExecutorService)
          Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    } catch (ReflectiveOperationException absent) {
      throw new IllegalArgumentException("--virtual needs Java 21 or later", absent);
    }
  }
}
