// Java sources of a test: written, compiled by this very JDK, and their marked lines found.
//
// Knows javac's command line. A line's mark is its comment `//: NAME`.

package dev.stillframe;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/** One source file, by its first type. */
record Source(String packageName, String typeName, String text) {
  private static final Pattern PACKAGE = Pattern.compile("package ([\\w.]+);");
  private static final Pattern TYPE = Pattern.compile("\\b(?:class|interface|enum|record) (\\w+)");

  static Source of(String text) {
    Matcher type = TYPE.matcher(text);
    if (!type.find()) {
      throw new IllegalArgumentException("no type in " + text);
    }
    Matcher named = PACKAGE.matcher(text);
    return new Source(named.find() ? named.group(1) : "", type.group(1), text);
  }

  /** Its name within a folder of sources: what probes are placed by. */
  String path() {
    String folder = packageName.isEmpty() ? "" : packageName.replace('.', '/') + "/";
    return folder + typeName + ".java";
  }

  /** The binary name of its first type. */
  String className() {
    return packageName.isEmpty() ? typeName : packageName + "." + typeName;
  }

  /** Number of the line with a mark. */
  int line(String mark) {
    String[] lines = text.split("\n");
    int found = 0;
    for (int at = 0; at < lines.length; at++) {
      if (lines[at].endsWith("//: " + mark)) {
        if (found > 0) {
          throw new IllegalArgumentException(mark + " marks several lines");
        }
        found = at + 1;
      }
    }
    if (found == 0) {
      throw new IllegalArgumentException(mark + " marks no line");
    }
    return found;
  }

  /** Where the line with a mark is. */
  String at(String mark) {
    return path() + ":" + line(mark);
  }

  /** Writes sources below a folder and compiles them there. */
  static void compile(Path folder, List<String> options, Source... sources) throws IOException {
    List<String> words = new ArrayList<>(options);
    words.addAll(List.of("-proc:none", "-nowarn", "-d", folder.toString()));
    words.addAll(List.of("-cp", folder + ":" + System.getProperty("stillframe.jar")));
    for (Source source : sources) {
      Path file = folder.resolve(source.path());
      Files.createDirectories(file.getParent());
      Files.writeString(file, source.text());
      words.add(file.toString());
    }
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    int status =
        ToolProvider.getSystemJavaCompiler().run(null, said, said, words.toArray(new String[0]));
    if (status != 0) {
      throw new IllegalArgumentException(said.toString(StandardCharsets.UTF_8));
    }
    age(folder);
  }

  /** Dates all files below a folder as if they had been deployed before this process began. */
  static void age(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.setLastModifiedTime(file, FileTime.fromMillis(0));
      }
    }
  }
}
