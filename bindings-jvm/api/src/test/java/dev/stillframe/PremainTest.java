// The jar as a Java agent: whatever is wrong is one line on stderr, and the application runs on.

package dev.stillframe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PremainTest {
  @TempDir Path folder;
  private Path jar;

  /** The classes as the jar holds them, which is not made yet when tests run. */
  @BeforeEach
  void pack() throws IOException {
    Manifest manifest = new Manifest();
    Attributes attributes = manifest.getMainAttributes();
    attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    attributes.putValue("Premain-Class", Premain.class.getName());
    jar = folder.resolve("stillframe.jar");
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file, manifest);
        Stream<Path> classes = Files.list(Jvm.classes().resolve("dev/stillframe"))) {
      for (Path path : classes.toList()) {
        out.putNextEntry(new JarEntry("dev/stillframe/" + path.getFileName()));
        Files.copy(path, out);
      }
    }
  }

  private Jvm run(Map<String, String> environment, String options) throws Exception {
    return Jvm.run(folder, environment, List.of("-javaagent:" + jar + options, "-Dos.arch=pdp11"));
  }

  @Test
  void theApplicationRunsWithoutALibrary() throws Exception {
    for (String options : List.of("", "=", "=hub=http://127.0.0.1:4737,service=a%2Cb")) {
      Jvm jvm = run(Map.of(), options);
      assertEquals("the application ran\n", jvm.out());
      assertEquals(0, jvm.status());
      String start = "stillframe: not started: this jar has no native library for linux-pdp11-";
      assertTrue(jvm.err().startsWith(start), jvm.err());
      assertEquals(1, jvm.err().lines().count(), jvm.err());
    }
  }

  @Test
  void silenceIsKeptWhereItIsWanted() throws Exception {
    for (Map<String, String> environment :
        List.of(Map.of("STILLFRAME_ENABLED", "false"), Map.of("STILLFRAME_LOG", "off"))) {
      Jvm jvm = run(environment, "");
      assertEquals("the application ran\n", jvm.out());
      assertEquals("", jvm.err());
    }
  }
}
