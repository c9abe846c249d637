// What a probe costs the application: one JSON row a line on stdout, remarks on stderr.
//
//     java … bench.Overhead SUBJECT FORKS ROUNDS MILLISECONDS [flags of the measured JVM…]
//
// `ns` is added per hit and `ratio` is to the base: a loop like the one that is probed, in the same
// process, never probed. Each fork is a JVM of its own, where the code comes to lie elsewhere. Knows
// forks and rows; `Rounds` measures. Invariant: a case is compared with its base over the same forks.

package bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

final class Overhead {
  private Overhead() {}

  public static void main(String[] arguments) throws Exception {
    List<String> all = List.of(arguments);
    Map<String, Double> least = new LinkedHashMap<>();
    for (int fork = 0; fork < Integer.parseInt(arguments[1]); fork++) {
      fork(all, least);
    }
    Subject subject = Subjects.named(arguments[0]);
    double base = least.get("Base");
    Row.print("base", "none", base, 1);
    Row.print("base_again", "none", least.get("Again") - base, least.get("Again") / base);
    for (Subject.Case one : subject.cases()) {
      Double ns = least.get(one.name());
      if (ns == null) continue;
      Double own = least.get(one.base());
      if (own == null) Row.print(one.name(), subject.name(), ns, 1);
      else Row.print(one.name(), subject.name(), ns - own, ns / own);
    }
  }

  /** Starts one JVM and keeps the least of what it and earlier ones measured. */
  private static void fork(List<String> all, Map<String, Double> least)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + "/bin/java");
    // Compiled code must not be thrown away while it is measured, and the heap not grow.
    command.addAll(List.of("-Xms256m", "-Xmx256m", "-cp", System.getProperty("java.class.path")));
    command.add("-Dbench.targets=" + System.getProperty("bench.targets"));
    command.addAll(all.subList(4, all.size()));
    command.addAll(List.of("bench.Rounds", all.get(0), all.get(2), all.get(3)));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(process.getInputStream()))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        String[] parts = line.split("\t");
        if (parts.length == 2) least.merge(parts[0], Double.valueOf(parts[1]), Math::min);
      }
    }
    int status = process.waitFor();
    if (status != 0) {
      System.err.println(String.join(" ", command.subList(command.size() - 4, command.size()))
          + " ended with " + status);
      System.exit(1);
    }
  }

  /** Rows as the table's reader has them. */
  static final class Row {
    private Row() {}

    static void print(String name, String subject, double ns, double ratio) {
      System.out.println(String.format(Locale.ROOT,
          "{\"runtime\":\"jvm\",\"version\":\"%s\",\"case\":\"%s\",\"subject\":\"%s\","
              + "\"ns\":%.3f,\"ratio\":%.4f}",
          System.getProperty("java.version"), name, subject, ns, ratio));
    }
  }
}
