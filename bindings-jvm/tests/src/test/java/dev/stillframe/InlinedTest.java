// Lines that a compiler took from another file, as Kotlin's does with `inline` functions.
//
// The class is Java's; its attributes are written over so that it says what a class of Kotlin says.

package dev.stillframe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class InlinedTest {
  /** Lines 4 and 5, and 8 and 9, are lines 50 and 51 of another file. */
  private static final String CALLER =
      """
      class Caller {
        static int work(int n) {
          int total = n;
          int x$iv = n * 2;
          total += x$iv;
          total++; //: own
          for (int turn = 0; turn < 1; turn++) {
            x$iv = n * 3;
            total += x$iv;
          }
          return total; //: last
        }
      }
      """;

  private static final String MAP =
      """
      SMAP
      Caller.kt
      Kotlin
      *S Kotlin
      *F
      + 1 Caller.kt
      PACKAGE/CallerKt
      + 2 Inline.kt
      PACKAGE/InlineKt
      *L
      1#1,3:1
      6#1,2:6
      10#1,9:10
      50#2,2:4
      50#2,2:8
      *E
      """;

  /** A class file as it is gone through. */
  private static final class Reader {
    final ByteBuffer bytes;

    Reader(byte[] bytes) {
      this.bytes = ByteBuffer.wrap(bytes);
    }

    int u2() {
      return bytes.getShort() & 0xffff;
    }

    void skip(int count) {
      bytes.position(bytes.position() + count);
    }

    void attributes() {
      for (int left = u2(); left > 0; left--) {
        skip(2);
        skip(bytes.getInt());
      }
    }

    void members() {
      for (int left = u2(); left > 0; left--) {
        skip(6);
        attributes();
      }
    }
  }

  /** Makes a class say that it is of `Caller.kt`, and where its lines are from. */
  private static byte[] mapped(byte[] bytes, String map) throws Exception {
    Reader from = new Reader(bytes);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    DataOutputStream to = new DataOutputStream(out);
    to.write(bytes, 0, 8);
    from.skip(8);
    int count = from.u2();
    to.writeShort(count + 1);
    for (int index = 1; index < count; index++) {
      int start = from.bytes.position();
      int tag = from.bytes.get();
      switch (tag) {
        case 1 -> from.skip(from.u2());
        case 7, 8, 16, 19, 20 -> from.skip(2);
        case 15 -> from.skip(3);
        case 5, 6 -> from.skip(8);
        default -> from.skip(4);
      }
      index += tag == 5 || tag == 6 ? 1 : 0;
      String text = tag == 1 ? new String(bytes, start + 3, from.bytes.position() - start - 3) : "";
      if (text.equals("Caller.java")) {
        to.writeByte(1);
        to.writeUTF("Caller.kt");
      } else {
        to.write(bytes, start, from.bytes.position() - start);
      }
    }
    to.writeByte(1);
    to.writeUTF("SourceDebugExtension");
    int rest = from.bytes.position();
    from.skip(6);
    from.skip(2 * from.u2());
    from.members();
    from.members();
    to.write(bytes, rest, from.bytes.position() - rest);
    to.writeShort(from.u2() + 1);
    byte[] content = map.getBytes(StandardCharsets.UTF_8);
    to.writeShort(count);
    to.writeInt(content.length);
    to.write(content);
    to.write(bytes, from.bytes.position(), bytes.length - from.bytes.position());
    return out.toByteArray();
  }

  private static Place place() throws Exception {
    Place place = Place.of(CALLER);
    Path file = place.folder.resolve(place.source.path().replace(".java", ".class"));
    String map = MAP.replace("PACKAGE", place.source.packageName());
    Files.write(file, mapped(Files.readAllBytes(file), map));
    Source.age(place.folder);
    return place;
  }

  private static String at(Place place, String where) {
    return place.source.packageName() + "/" + where;
  }

  /** The machine keeps what the class says only for an agent that is there from the start. */
  @Test
  void linesOfInlinedFunctionsAreThoseOfTheirFile() throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-agentpath:" + System.getProperty("stillframe.library"));
    for (String name : List.of("stillframe.library", "stillframe.jar", "stillframe.root")) {
      command.add("-D" + name + "=" + System.getProperty(name));
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(InlinedTest.class.getName());
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
    assertTrue(said.endsWith("through\n"), said);
  }

  public static void main(String[] words) throws Exception {
    Placed.anew();
    aLineIsHitInItsCallers();
    theFileItselfHasItsOwnLinesOnly();
    aCallerThatIsNotLoadedYetIsAwaited();
    itIsNotTimed();
    aRangeGoesThroughWhatIsInlined();
    System.out.println("through");
    Stillframe.stop();
  }

  private static void aLineIsHitInItsCallers() throws Exception {
    Place place = place();
    place.type();
    Probe probe = Probe.at(at(place, "Inline.kt:51")).condition("x > 2 * n").watch("x", "n");
    try (Placed placed = Placed.on(probe)) {
      assertEquals(List.of(51L, "Inline (inlined)"), where(placed));
      assertEquals(19, place.call("work", 3));
      assertEquals(1, placed.count("captured"));
      Tree watches = placed.watches();
      assertEquals(List.of(9L, 3L), List.of(watches.at("x").number(), watches.at("n").number()));
    }
    try (Placed placed = Placed.on(Probe.at(at(place, "Inline.kt:50")).count())) {
      place.call("work", 1);
      assertEquals(2, placed.hits());
    }
  }

  private static List<Object> where(Placed placed) {
    Tree at = placed.report().at("at");
    return List.of(at.at("line").number(), at.at("function").text());
  }

  private static void theFileItselfHasItsOwnLinesOnly() throws Exception {
    Place place = place();
    place.type();
    try (Placed placed = Placed.on(Probe.at(at(place, "Caller.kt:" + place.line("own"))))) {
      assertEquals(List.of(6L, "Caller.work"), where(placed));
      place.call("work", 1);
      assertEquals(1, placed.hits());
    }
    for (String line : List.of("Caller.kt:5", "Caller.kt:9", "Inline.kt:49", "Inline.kt:4")) {
      try (Placed placed = Placed.put(Probe.at(at(place, line)))) {
        assertTrue(placed.refusal().contains("no code runs at line"), placed.refusal());
      }
    }
  }

  private static void aCallerThatIsNotLoadedYetIsAwaited() throws Exception {
    Place place = place();
    try (Placed placed = Placed.put(Probe.at(at(place, "Inline.kt:50")).count())) {
      placed.report();
      assertEquals("pending", placed.state());
      place.type();
      placed.armed();
      place.call("work", 1);
      assertEquals(2, placed.hits());
    }
  }

  private static void aRangeGoesThroughWhatIsInlined() throws Exception {
    Place place = place();
    place.type();
    String range = at(place, "Caller.kt:" + place.line("own") + ".." + (place.line("own") + 1));
    try (Placed placed = Placed.on(Probe.at(range).time())) {
      assertEquals(19, place.call("work", 3));
      assertEquals(1, placed.report().at("durations", "ended").number());
    }
  }

  private static void itIsNotTimed() throws Exception {
    Place place = place();
    place.type();
    Json location = new Json().field("file", at(place, "Inline.kt"));
    location.field("function", "Inline (inlined)");
    try (Placed placed = Placed.put("{\"kind\":\"time\",\"location\":" + location + "}")) {
      assertTrue(placed.refusal().contains("inlined into others"), placed.refusal());
    }
  }
}
