// A JVM of its own for a test: environment, properties and agents are fixed when it starts.

package dev.stillframe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** How it ended and what it wrote. */
record Jvm(int status, String out, String err) {
  /** Runs {@link Child} with the options of a JVM and the words for it, until it ends. */
  static Jvm run(Path folder, Map<String, String> environment, List<String> options, String... words)
      throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.add("-cp");
    command.add(classes() + System.getProperty("path.separator") + testClasses());
    command.add(Child.class.getName());
    command.addAll(List.of(words));
    ProcessBuilder builder = new ProcessBuilder(command);
    // What the surroundings say is not for the child: neither ours nor further agents.
    builder.environment().keySet().removeIf(Jvm::isForAgents);
    builder.environment().putAll(environment);
    Path out = folder.resolve("out.txt");
    Path err = folder.resolve("err.txt");
    Process process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IOException("the JVM did not end: " + command);
    }
    return new Jvm(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  static Path classes() {
    return Path.of(System.getProperty("project.classes"));
  }

  private static Path testClasses() {
    return Path.of(System.getProperty("project.testClasses"));
  }

  private static boolean isForAgents(String variable) {
    return variable.startsWith("STILLFRAME_")
        || variable.equals("JAVA_TOOL_OPTIONS")
        || variable.equals("JDK_JAVA_OPTIONS");
  }
}
