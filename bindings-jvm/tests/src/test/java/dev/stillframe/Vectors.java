// The vectors of `tests/conformance`, and what is said of how many of them ran.

package dev.stillframe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

final class Vectors {
  private static final int VERSION = Runtime.version().feature();
  private static final int OLDEST = 17;

  private Vectors() {}

  static Path folder() {
    return Path.of(System.getProperty("stillframe.root"), "tests", "conformance");
  }

  static Tree load(String file) throws IOException {
    return Tree.of(Files.readString(folder().resolve(file)));
  }

  /**
   * The conditions that this machine runs: all on the oldest Java that is supported, one in four on
   * others unless the long forms are asked for.
   */
  static List<Tree> conditions() throws IOException {
    List<Tree> all = load("conditions-java.json").all();
    return IntStream.range(0, all.size())
        .filter(index -> index % share() == 0)
        .mapToObj(all::get)
        .toList();
  }

  /** Of so many conditions one runs here. */
  static int share() {
    return VERSION == OLDEST || Boolean.getBoolean("stillframe.full") ? 1 : 4;
  }

  /** What this version of Java says: the case's own word, or that of its versions. */
  static Tree said(Tree one) {
    Tree own = one.at("versions", String.valueOf(VERSION));
    return own.isNull() ? one : own;
  }

  /**
   * Says how many cases of a file ran in real frames, and why others did not: to who runs the
   * tests, and to the gate, which sums up all runtimes.
   */
  static void tell(String file, long ran, Map<String, Integer> skipped) throws IOException {
    int sum = skipped.values().stream().mapToInt(Integer::intValue).sum();
    String line = file + "\tJava " + VERSION + "\t" + ran + "\t" + sum + "\n";
    String reasons =
        new TreeMap<>(skipped)
            .entrySet().stream()
                .map(reason -> "\t" + reason.getValue() + "\t" + reason.getKey() + "\n")
                .collect(Collectors.joining());
    System.err.print((line + reasons).replace("\t", "  "));
    String summary = System.getenv("STILLFRAME_CONFORMANCE");
    if (summary != null) {
      Files.writeString(
          Path.of(summary), line + reasons, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
  }
}
