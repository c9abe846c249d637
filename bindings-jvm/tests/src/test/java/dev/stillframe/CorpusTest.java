// Hits equal executions: a probe on every line that says how often it runs, all at once.

package dev.stillframe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CorpusTest {
  private static final Pattern HIT = Pattern.compile("// hit (\\d+)(!?)");

  /** What the corpus of the class file's tests leaves to later versions of the language. */
  private static final String MODERN =
      """
      import java.util.*; import java.util.function.*; import java.util.stream.*;
      class Modern {
        sealed interface Shape permits Circle, Square {}
        record Circle(double radius) implements Shape {
          Circle {
            if (radius < 0) // hit 3
              throw new IllegalArgumentException(); // hit 1
          }
          double area() {
            return Math.PI * radius * radius; // hit 1
          }
        }
        record Square(double side) implements Shape {
          static int made = 0;
          Square(int side) {
            this((double) side); // hit 1
            made++; // hit 1
          }
        }
        enum Level {
          LOW, HIGH;
          int worth() {
            return switch (this) { // hit 2
              case LOW -> 1; // hit 1
              case HIGH -> {
                int two = 2; // hit 1
                yield two; // hit 1
              }
            };
          }
        }
        static double area(Shape shape) {
          if (shape instanceof Circle circle) { // hit 2
            return circle.area(); // hit 1
          }
          Square square = (Square) shape; // hit 1
          return square.side(); // hit 1
        }
        static int streams(int n) {
          return IntStream.range(0, n) // hit 1
              .filter(i ->
                  i % 2 == 0) // hit 4
              .map(i -> {
                int twice = i * 2; // hit 2
                return twice; // hit 2
              })
              .sum();
        }
        static int nested(int n) {
          Function<Integer, Supplier<Integer>> outer = a -> {
            int b = a + n; // hit 1
            return () -> {
              int c = b + 1; // hit 2
              return c; // hit 2
            };
          };
          Supplier<Integer> inner = outer.apply(2); // hit 1
          return inner.get() + inner.get(); // hit 1
        }
        static String words(String word) {
          return switch (word) { // hit 3
            case "a", "b" -> "first"; // hit 1
            case "c" -> "third"; // hit 1
            default -> "other"; // hit 1
          };
        }
        static int resources(boolean fails) throws Exception {
          int seen = 0; // hit 2
          try (AutoCloseable one = () -> {}) {
            seen++; // hit 2
            if (fails) throw new IllegalStateException(); // hit 2
          } catch (IllegalStateException caught) {
            seen += 10; // hit 1
          } finally {
            seen += 100; // hit 2
          }
          return seen; // hit 2
        }
        static <T> int generic(List<? extends T> all) {
          int count = 0; // hit 1
          // Its iterator is asked for once, and the way back leads behind that.
          for (T one : all) { // hit 1
            if (one == null) continue; // hit 3
            count++; // hit 2
          }
          return count; // hit 1
        }
        class Inner {
          final int value;
          Inner(int value) {
            this.value = value + Modern.this.base; // hit 1
          }
        }
        final int base = 7;
        static String text(int n) {
          String text = "n=" + n + ';' + (n > 0); // hit 1
          var block = \"""
              %d
              \""".formatted(n); // hit 1
          return text + block; // hit 1
        }
        static long labelled(int n) {
          long sum = 0L; // hit 1
          outer:
          for (int i = 0; i < n; i++) { // hit 4
            for (int j = 0; ; j++) { // hit 6
              if (j == i) continue outer; // hit 6
              sum += j; // hit 3
            }
          }
          return sum; // hit 1
        }
        static int main() throws Exception {
          try {
            new Circle(-1); // hit 1
          } catch (IllegalArgumentException expected) {
            Square.made += 0; // hit 1
          }
          double all = area(new Circle(1)) + area(new Square(2)); // hit 1
          all += Level.LOW.worth() + Level.HIGH.worth() + new Circle(3).radius();
          all += streams(4) + nested(1) + words("a").length() + words("c").length();
          all += words("z").length() + resources(false) + resources(true);
          all += generic(Arrays.asList("a", null, "b")) + new Modern().new Inner(2).value;
          return (int) (all + text(3).length() + labelled(3));
        }
      }
      """;

  @BeforeEach
  void begin() {
    Placed.anew();
  }

  private static String faults(Place place, boolean hasNames, String main, Object... arguments)
      throws Exception {
    String[] lines = place.source.text().split("\n");
    Map<Integer, Long> wanted = new LinkedHashMap<>();
    for (int at = 0; at < lines.length; at++) {
      Matcher hit = HIT.matcher(lines[at]);
      if (hit.find()) {
        // A return that `finally` interrupts counts before and after where there are no names.
        long hits = Long.parseLong(hit.group(1)) * (hit.group(2).isEmpty() || hasNames ? 1 : 2);
        wanted.put(at + 1, hits);
      }
    }
    assertTrue(wanted.size() >= 50, "only " + wanted.size());
    Map<Integer, Placed> placed = new LinkedHashMap<>();
    for (int line : wanted.keySet()) {
      placed.put(line, Placed.on(Probe.at(place.source.path() + ":" + line).count()));
    }
    Object during = place.call(main, arguments);
    List<String> faults = new ArrayList<>();
    placed.forEach(
        (line, one) -> {
          Tree report = one.report();
          if (report.at("at", "line").number() != line || one.hits() != wanted.get(line)) {
            faults.add(
                line
                    + ": "
                    + one.hits()
                    + " at "
                    + report.at("at", "line")
                    + ", wanted "
                    + wanted.get(line)
                    + " of"
                    + lines[line - 1]);
          }
        });
    placed.values().forEach(Placed::close);
    assertEquals(during, place.call(main, arguments));
    return String.join("\n", faults);
  }

  private static Place loaded(Place place) throws Exception {
    place.loadAll();
    return place;
  }

  @Test
  void everyLineOfTheCorpus() throws Exception {
    Path corpus =
        Path.of(
            System.getProperty("stillframe.root"),
            "bindings-jvm/classfile/tests/corpus/Corpus.java");
    String text = Files.readString(corpus);
    Object none = new String[0];
    assertEquals("", faults(loaded(Place.of(text)), true, "main", none));
    Place bare = loaded(Place.of(text, List.of("-g:source,lines")));
    assertEquals("", faults(bare, false, "main", none));
  }

  @Test
  void everyLineOfWhatCameLater() throws Exception {
    assertEquals("", faults(loaded(Place.of(MODERN)), true, "main"));
    assertEquals("", faults(loaded(Place.of(MODERN, List.of("-g:source,lines"))), true, "main"));
  }

  @Test
  void aFieldsInitialiserRunsInEveryConstructor() throws Exception {
    Place place =
        loaded(
            Place.of(
                "class Fields {\n"
                    + "  int field = start(); //: here\n"
                    + "  static int start() {\n"
                    + "    return 4;\n"
                    + "  }\n"
                    + "  Fields() {}\n"
                    + "  Fields(int n) {\n"
                    + "    field += n;\n"
                    + "  }\n"
                    + "  static int make() {\n"
                    + "    return new Fields().field + new Fields(2).field;\n"
                    + "  }\n"
                    + "}\n"));
    try (Placed placed = Placed.on(Probe.at(place.at("here")).count())) {
      assertEquals(10, place.call("make"));
      assertEquals(2, placed.hits());
    }
  }
}
