// The captures of `tests/conformance/captures.json`, made of real objects in real frames.
//
// Builds each value as Java has it: a list is an ArrayList, a map a LinkedHashMap, an object one of
// a
// class with these fields. What is Python's alone is skipped with its reason.

package dev.stillframe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class CapturesTest {
  /** A process takes so many snapshots at once; a new agent begins anew. */
  private static final int BURST = 25;

  private static final String LIST = "java.util.ArrayList";
  private static final String MAP = "java.util.LinkedHashMap";
  private static final String SET = "java.util.LinkedHashSet";

  /** Why a case cannot be made of Java's values. The list may only shrink. */
  private static final class Unlike extends RuntimeException {
    private static final long serialVersionUID = 1;

    Unlike(String reason) {
      super(reason, null, false, false);
    }
  }

  /** The statements that make the variables of a case, and the classes they take. */
  private static final class Maker {
    private final StringBuilder classes = new StringBuilder();
    private final StringBuilder code = new StringBuilder();
    private final Map<String, String> labels = new LinkedHashMap<>();
    private final String prefix;
    private int made;

    Maker(int number) {
      prefix = "C" + number + "_";
    }

    private String fresh(String type, String value) {
      String name = "v" + made++;
      code.append("      ").append(type + " " + name + " = " + value + ";\n");
      return name;
    }

    String of(Tree given) {
      if (given.value() == null) {
        return "null";
      }
      if (given.value() instanceof Long number) {
        return number == (int) (long) number ? "" + number : number + "L";
      }
      if (given.value() instanceof Double number) {
        return number + "d";
      }
      if (given.value() instanceof Boolean) {
        return given.toString();
      }
      if (given.value() instanceof String text) {
        return quoted(text);
      }
      return composed(given);
    }

    private String composed(Tree given) {
      if (given.has("same")) {
        return labels.get(given.at("same").text());
      }
      if (given.has("float")) {
        return switch (given.at("float").text()) {
          case "nan" -> "Double.NaN";
          case "inf" -> "Double.POSITIVE_INFINITY";
          case "-inf" -> "Double.NEGATIVE_INFINITY";
          default -> "-0.0";
        };
      }
      if (given.has("float32")) {
        return given.at("float32").text() + "f";
      }
      if (given.has("text")) {
        String storage = String.valueOf(given.at("as").value());
        String text = given.at("text").text();
        boolean isWide = text.chars().anyMatch(unit -> unit > 127);
        if (given.has("times") && isWide && !storage.equals("utf16")) {
          throw new Unlike("a string of Java's counts its length in 16-bit units");
        }
        long times = given.has("times") ? given.at("times").number() : 1;
        return quoted(text) + ".repeat(" + times + ")";
      }
      if (given.has("units")) {
        List<Long> units = given.at("units").all().stream().map(Tree::number).toList();
        StringBuilder text = new StringBuilder();
        units.forEach(unit -> text.append((char) (long) unit));
        return quoted(text.toString());
      }
      if (given.has("kind")) {
        return object(given);
      }
      String what = given.entries().keySet().iterator().next();
      throw new Unlike(
          switch (what) {
            case "int" -> "an integer beyond 64 bits is a BigInteger, which is an object";
            case "bytes" -> "bytes are an array of numbers";
            case "missing" -> "a variable of Java's is there or has no name: reasons are of fields";
            default -> "Java has no " + what;
          });
    }

    private String object(Tree given) {
      String kind = given.at("kind").text();
      if (given.has("underlying")) {
        throw new Unlike("strings and numbers of Java's have no subclasses");
      }
      if (given.has("len") && given.at("len").isNull()) {
        throw new Unlike("every collection that is read as one knows its length");
      }
      boolean isPlain = !given.has("type") || kind.equals("instance");
      return switch (isPlain ? kind : "") {
        case "list" -> collection(given, LIST);
        case "set" -> collection(given, SET);
        case "map" -> map(given);
        case "instance" -> instance(given);
        default ->
            throw new Unlike("a " + (isPlain ? kind : given.at("type").text()) + " is Python's");
      };
    }

    private String collection(Tree given, String type) {
      String name = fresh(type + "<Object>", "new " + type + "<>()");
      label(given, name);
      if (given.has("range")) {
        code.append(
            "      for (int i = 0; i < " + given.at("range") + "; i++) " + name + ".add(i);\n");
      } else {
        given
            .at("items")
            .all()
            .forEach(item -> code.append("      " + name + ".add(" + of(item) + ");\n"));
      }
      return name;
    }

    private String map(Tree given) {
      String name = fresh(MAP + "<Object, Object>", "new " + MAP + "<>()");
      label(given, name);
      for (Tree entry : given.at("entries").all()) {
        code.append("      " + name + ".put(" + of(entry.at(0)) + ", " + of(entry.at(1)) + ");\n");
      }
      return name;
    }

    private String instance(Tree given) {
      if (given.has("items") || given.at("type").text().equals("ValueError")) {
        throw new Unlike("a " + given.at("type").text() + " is Python's");
      }
      String type = prefix + made + "_" + given.at("type").text();
      StringBuilder fields = new StringBuilder();
      String name = fresh(type, "new " + type + "()");
      label(given, name);
      for (Tree field : given.at("fields").all()) {
        String value = of(field.at(1));
        fields.append("    Object " + field.at(0).text() + ";\n");
        code.append("      " + name + "." + field.at(0).text() + " = " + value + ";\n");
      }
      classes.append("  static class " + type + " {\n" + fields + "  }\n");
      return name;
    }

    private void label(Tree given, String name) {
      if (given.has("label")) {
        labels.put(given.at("label").text(), name);
      }
    }

    private static String quoted(String text) {
      StringBuilder quoted = new StringBuilder("\"");
      text.chars()
          .forEach(
              unit ->
                  quoted.append(
                      unit < ' ' || unit > '~' || unit == '"' || unit == '\\'
                          ? String.format("\\u%04x", unit)
                              .replace("\\u0022", "\\\"")
                              .replace("\\u005c", "\\\\")
                          : String.valueOf((char) unit)));
      return quoted.append('"').toString();
    }
  }

  @Test
  void capturesAreWhatTheVectorsSay() throws Exception {
    List<Tree> able = new ArrayList<>();
    Map<String, Integer> skipped = new TreeMap<>();
    StringBuilder text = new StringBuilder("class Captures {\n");
    for (Tree one : Vectors.load("captures.json").at("cases").all()) {
      try {
        text.append(method(able.size(), one));
        able.add(one);
      } catch (Unlike unlike) {
        skipped.merge(unlike.getMessage(), 1, Integer::sum);
      }
    }
    Place place = Place.of(text + "}\n");
    place.type();
    List<String> faults = new ArrayList<>();
    for (int at = 0; at < able.size(); at++) {
      if (at % BURST == 0) {
        Placed.anew();
      }
      check(place, at, able.get(at), faults);
    }
    Vectors.tell("captures.json", able.size(), skipped);
    assertEquals(List.of(), faults, faults.size() + " of " + able.size());
    assertTrue(able.size() >= 30, "only " + able.size());
  }

  /** A method that makes the values and calls one whose parameters they are. */
  private static String method(int number, Tree one) {
    Maker maker = new Maker(number);
    List<String> names = new ArrayList<>();
    List<String> values = new ArrayList<>();
    for (Tree local : one.at("locals").all()) {
      String value = maker.of(local.at(1));
      boolean isNumber = local.at(1).value() instanceof Number;
      String type =
          local.at(1).value() instanceof Boolean
              ? "boolean"
              : local.at(1).value() instanceof Double || local.at(1).has("float")
                  ? "double"
                  : local.at(1).has("float32") ? "float" : isNumber ? "long" : "Object";
      names.add(type + " " + local.at(0).text());
      values.add(value);
    }
    return maker.classes
        + "  static void case"
        + number
        + "() {\n"
        + maker.code
        + "      at"
        + number
        + "("
        + String.join(", ", values)
        + ");\n  }\n"
        + "  static int at"
        + number
        + "("
        + String.join(", ", names)
        + ") {\n"
        + "    return 0; //: "
        + number
        + "\n  }\n";
  }

  private static void check(Place place, int at, Tree one, List<String> faults) throws Exception {
    String limits = one.at("limits").isNull() ? "{}" : json(one.at("limits"));
    String spec =
        "{\"kind\":\"snap\",\"location\":\"" + place.at("" + at) + "\",\"capture\":" + limits + "}";
    try (Placed placed = Placed.put(spec).armed()) {
      place.call("case" + at);
      Tree snapshot = placed.snapshot();
      one.at("expect")
          .entries()
          .forEach(
              (part, wanted) -> {
                if (!Set.of("locals", "missing").contains(part)) {
                  return;
                }
                Object found = plain(snapshot.at(part).value());
                if (!Objects.equals(found, wanted.value())) {
                  faults.add(one.at("name") + ": " + found + ", wanted " + wanted);
                }
              });
    }
  }

  private static String json(Tree object) {
    List<String> parts = new ArrayList<>();
    object.entries().forEach((key, value) -> parts.add('"' + key + "\":" + value));
    return "{" + String.join(",", parts) + "}";
  }

  /**
   * What Java shows, in the words of the vectors: their lists and maps are those of the language.
   */
  private static Object plain(Object value) {
    if (value instanceof List<?> list) {
      return list.stream().map(CapturesTest::plain).toList();
    }
    if (!(value instanceof Map<?, ?> map)) {
      return value;
    }
    Map<String, Object> object = new LinkedHashMap<>();
    map.forEach((key, inner) -> object.put((String) key, plain(inner)));
    String type = (String) object.get("$type");
    if (LIST.equals(type)) {
      object.put("$type", "list");
      boolean isWhole = object.keySet().equals(Set.of("$type", "$items", "$length"));
      return isWhole ? object.get("$items") : object;
    }
    if (MAP.equals(type)) {
      object.put("$type", "dict");
      boolean isWhole = object.keySet().equals(Set.of("$type", "$entries", "$length"));
      Map<String, Object> entries = isWhole ? strings((List<?>) object.get("$entries")) : null;
      return entries == null ? object : entries;
    }
    if (SET.equals(type)) {
      object.put("$type", "set");
    } else if (type != null) {
      object.put("$type", type.replaceFirst("^p\\d+\\.Captures[.$]C\\d+_\\d+_", ""));
    }
    return object;
  }

  /** Entries as an object, if all their keys are strings that no form of ours begins like. */
  private static Map<String, Object> strings(List<?> entries) {
    Map<String, Object> strings = new LinkedHashMap<>();
    for (Object entry : entries) {
      Object key = ((List<?>) entry).get(0);
      if (!(key instanceof String text) || text.startsWith("$")) {
        return null;
      }
      strings.put(text, ((List<?>) entry).get(1));
    }
    return strings;
  }
}
