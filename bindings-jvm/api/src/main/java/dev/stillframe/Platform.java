// Which native library fits: the operating system, the processor and the C library, by name. Knows
// no files of ours.

package dev.stillframe;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Names of platforms: {@code linux-x86_64-gnu}. */
final class Platform {
  private Platform() {}

  /** The one this JVM runs on. */
  static String current() {
    return of(System.getProperty("os.name", ""), System.getProperty("os.arch", ""), maps());
  }

  /** The platform of a JVM that says this of itself and has these files mapped. */
  static String of(String system, String processor, String maps) {
    String name = system.toLowerCase(Locale.ROOT);
    String cpu = processor.equals("amd64") ? "x86_64" : processor;
    if (name.equals("linux")) {
      return "linux-" + cpu + (maps.contains("/ld-musl-") ? "-musl" : "-gnu");
    }
    if (name.startsWith("mac")) {
      return "macos-" + cpu;
    }
    return (name.startsWith("windows") ? "windows" : name.replace(' ', '_')) + "-" + cpu;
  }

  /** What this process has mapped, empty where the system does not say. */
  private static String maps() {
    try {
      return Files.readString(Path.of("/proc/self/maps"), StandardCharsets.ISO_8859_1);
    } catch (IOException | RuntimeException unreadable) {
      return "";
    }
  }
}
