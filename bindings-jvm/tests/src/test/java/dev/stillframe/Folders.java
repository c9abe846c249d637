// Temporary folders of this JVM, for what outlives a single test: gone when it ends.

package dev.stillframe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

final class Folders {
  private Folders() {}

  /** A new folder whose name begins so. */
  static Path make(String prefix) throws IOException {
    Path folder = Files.createTempDirectory(prefix);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(folder)));
    return folder;
  }

  private static void remove(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      List<Path> fromBelow = files.sorted(Comparator.reverseOrder()).toList();
      for (Path file : fromBelow) {
        Files.delete(file);
      }
    } catch (IOException fault) {
      System.err.println("a temporary folder stays: " + fault);
    }
  }
}
