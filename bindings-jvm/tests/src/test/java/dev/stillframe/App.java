// An application in a JVM of its own, with the native library as its agent.

package dev.stillframe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;

final class App {
  private static final int BOUND_S = 90;

  final Path folder;
  private final Source main;
  private final List<String> options = new ArrayList<>();
  private final Map<String, String> environment = new LinkedHashMap<>();
  private boolean hasAgent = true;
  private String agentOptions = "";

  /** How it ended and what it wrote. */
  record Ended(int status, String out, String err) {
    /** What it wrote, if it ended well. */
    String well() {
      if (status != 0) {
        throw new AssertionError("it ended with " + status + "\n" + out + "\n" + err);
      }
      return out;
    }

    /** Results that went to stdout or stderr as lines of JSON. */
    List<Tree> results() {
      return Stream.concat(out.lines(), err.lines())
          .filter(line -> line.startsWith("{"))
          .map(Tree::of)
          .toList();
    }
  }

  private App(Path folder, Source main) {
    this.folder = folder;
    this.main = main;
  }

  /** Compiles sources with names of variables; the first has the method `main`. */
  static App of(Path folder, String... texts) throws IOException {
    Source[] sources = Stream.of(texts).map(Source::of).toArray(Source[]::new);
    Source.compile(folder, List.of("-g"), sources);
    return new App(folder, sources[0]);
  }

  App option(String... words) {
    options.addAll(List.of(words));
    return this;
  }

  App variable(String name, String value) {
    environment.put(name, value);
    return this;
  }

  /** Without our library in it. */
  App bare() {
    hasAgent = false;
    return this;
  }

  App agentOptions(String text) {
    agentOptions = "=" + text;
    return this;
  }

  /**
   * Probes of the environment: JSON objects, in which `@MARK` stands for that line of the main
   * class.
   */
  App probes(String... specs) throws IOException {
    List<String> written = new ArrayList<>();
    for (String spec : specs) {
      String text = spec;
      while (text.contains("@")) {
        String mark = text.substring(text.indexOf('@') + 1).split("\"")[0];
        text = text.replace("@" + mark + "\"", main.at(mark) + "\"");
      }
      written.add(text.replace('\'', '"'));
    }
    Path file = folder.resolve("probes.json");
    Files.writeString(file, "[" + String.join(",", written) + "]");
    return variable("STILLFRAME_PROBES", file.toString());
  }

  int line(String mark) {
    return main.line(mark);
  }

  String at(String mark) {
    return main.at(mark);
  }

  Process start(String... words) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    if (hasAgent) {
      command.add("-agentpath:" + System.getProperty("stillframe.library") + agentOptions);
    }
    command.addAll(options);
    command.add("-cp");
    command.add(folder + ":" + System.getProperty("stillframe.jar"));
    command.add(main.className());
    command.addAll(List.of(words));
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().keySet().removeIf(App::isForAgents);
    builder.environment().putAll(environment);
    builder.redirectOutput(folder.resolve("out.txt").toFile());
    return builder.redirectError(folder.resolve("err.txt").toFile()).start();
  }

  Ended run(String... words) throws Exception {
    return end(start(words));
  }

  Ended end(Process process) throws Exception {
    if (!process.waitFor(BOUND_S, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IOException("the JVM did not end: " + out() + err());
    }
    return new Ended(process.exitValue(), out(), err());
  }

  String out() throws IOException {
    return Files.readString(folder.resolve("out.txt"));
  }

  String err() throws IOException {
    return Files.readString(folder.resolve("err.txt"));
  }

  private static boolean isForAgents(String variable) {
    return variable.startsWith("STILLFRAME_")
        || variable.equals("JAVA_TOOL_OPTIONS")
        || variable.equals("JDK_JAVA_OPTIONS");
  }

  /** Packs a class with `premain` and all that lies beside it into the jar of a Java agent. */
  static Path agentJar(Path folder, String text) throws IOException {
    Source source = Source.of(text);
    Path classes = Files.createDirectories(folder.resolve(source.typeName() + "-classes"));
    Source.compile(classes, List.of("-g"), source);
    Manifest manifest = new Manifest();
    Attributes attributes = manifest.getMainAttributes();
    attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    attributes.putValue("Premain-Class", source.className());
    attributes.putValue("Agent-Class", source.className());
    attributes.putValue("Can-Retransform-Classes", "true");
    attributes.putValue("Can-Redefine-Classes", "true");
    Path jar = folder.resolve(source.typeName() + ".jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest);
        Stream<Path> files = Files.list(classes)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".class")).toList()) {
        out.putNextEntry(new JarEntry(file.getFileName().toString()));
        Files.copy(file, out);
      }
    }
    return jar;
  }
}
