// Names and values that do not leave: the vectors of `tests/conformance/redaction.json` in real
// frames, and every side door by which a condition, a watch or a log line could tell a redacted
// value.

package dev.stillframe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import javax.lang.model.SourceVersion;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedactionTest {
  private static final String SECRET = "hunter2";
  private static final Map<String, String> REDACTED = Map.of("$missing", "redacted");

  /** Entries of a map or fields of an object that one capture takes whole. */
  private static final int CHUNK = 40;

  /** Bytes of a string that a capture takes. */
  private static final int CUT = 256;

  /** Compilers drop such characters from a name. */
  private static final IntPredicate IGNORED = Character::isIdentifierIgnorable;

  private static final String HELD =
      """
      import java.util.*;
      class Held {
        record Login(String name, String password) {}
        static class Base {
          private final String password;
          String name = "lea";
          Base(String password) { this.password = password; }
          String getPassword() { return password; }
          String getName() { return name; }
        }
        static class Account extends Base {
          final Map<String, Object> inner;
          Account(String password) {
            super(password);
            inner = new TreeMap<>(Map.of("deep", List.of(Map.of("password", password))));
          }
        }
        static Object use(Object held) {
          return held; //: held
        }
        static int doors(String secret) {
          Account user = new Account(secret);
          Map<String, Object> data = new HashMap<>(Map.of("password", secret, "total", 5));
          Map<String, Object> same = new LinkedHashMap<>(data);
          List<Object> list = List.of(data, 5);
          Map<String, Object> twin = new TreeMap<>(new Account("hunter2").inner);
          Login login = new Login("lea", secret);
          Optional<Object> held = Optional.of(data);
          String key = "password";
          secret = null;
          return list.size(); //: doors
        }
      }
      """;

  private static Place held;
  private static Tree vectors;

  @BeforeAll
  static void compile() throws Exception {
    held = Place.of(HELD);
    held.loadAll();
    vectors = Vectors.load("redaction.json");
  }

  @BeforeEach
  void begin() {
    Placed.anew();
  }

  /** What a snapshot shows of an object. */
  private static Tree shown(Object object) throws Exception {
    try (Placed placed = Placed.on(held.at("held"))) {
      held.call("use", object);
      return placed.locals().at("held");
    }
  }

  private static <T> List<List<T>> chunks(List<T> all) {
    List<List<T>> chunks = new ArrayList<>();
    for (int from = 0; from < all.size(); from += CHUNK) {
      chunks.add(all.subList(from, Math.min(from + CHUNK, all.size())));
    }
    return chunks;
  }

  private static void judge(Tree one, Object found, Object open) {
    Object wanted = one.at("redacted").value().equals(true) ? REDACTED : open;
    assertEquals(wanted, found, one.toString());
  }

  @Test
  void keysAreRedactedAsTheVectorsSay() throws Exception {
    List<Tree> names = vectors.at("names").all();
    for (List<Tree> chunk : chunks(names)) {
      Map<String, String> map = new LinkedHashMap<>();
      chunk.forEach(one -> map.put(one.at("name").text(), "open"));
      List<Tree> entries = shown(map).at("$entries").all();
      assertEquals(chunk.size(), entries.size());
      for (int at = 0; at < chunk.size(); at++) {
        judge(chunk.get(at), entries.get(at).at(1).value(), "open");
      }
    }
    Vectors.tell("redaction.json (names)", names.size(), Map.of());
  }

  @Test
  void fieldsAreRedactedAsTheVectorsSay() throws Exception {
    List<Tree> names =
        vectors.at("names").all().stream()
            .filter(one -> SourceVersion.isName(one.at("name").text()))
            .filter(one -> !one.at("name").text().contains("."))
            .filter(one -> one.at("name").text().chars().noneMatch(IGNORED))
            .toList();
    assertTrue(names.size() > 60, "only " + names.size());
    for (List<Tree> chunk : chunks(names)) {
      StringBuilder fields = new StringBuilder("class Fields {\n");
      chunk.forEach(
          one -> fields.append("  String " + one.at("name").text() + " = \"open\";\n"));
      Place place = Place.of(fields + "}\n", List.of("-g", "-encoding", "UTF-8"));
      Tree object = shown(Place.make(place.type()));
      for (int at = 0; at < chunk.size(); at++) {
        String name = chunk.get(at).at("name").text();
        // A list of pairs where a name could be one of our own words.
        Tree field = object.has("$entries") ? object.at("$entries", at, 1) : object.at(name);
        judge(chunk.get(at), field.value(), "open");
      }
    }
  }

  @Test
  void whatAConditionNamesIsRefusedAsTheVectorsSay() throws Exception {
    for (Tree one : vectors.at("names").all()) {
      String literal = '"' + one.at("name").text().replace("\\", "\\\\") + '"';
      String why = refusal("data.get(" + literal + ") == null", true);
      assertEquals(one.at("redacted").value(), why != null, one + ": " + why);
      assertTrue(why == null || why.contains("redacted"), one + ": " + why);
    }
  }

  @Test
  void listsOfTheApplicationAreHeeded() throws Exception {
    for (Tree one : vectors.at("lists").all()) {
      Stillframe.stop();
      Options options = new Options().sink(result -> {}).service("tests");
      Stillframe.start(options.redact(texts(one, "include")).readable(texts(one, "exclude")));
      Tree shown = shown(new LinkedHashMap<>(Map.of(one.at("name").text(), "open")));
      judge(one, shown.at("$entries", 0, 1).value(), "open");
    }
  }

  private static String[] texts(Tree one, String key) {
    return one.at(key).all().stream().map(Tree::text).toArray(String[]::new);
  }

  @Test
  void valuesAreRedactedByTheirLook() throws Exception {
    List<Tree> all = vectors.at("values").all();
    List<String> values = new ArrayList<>();
    for (Tree one : all) {
      String value = one.at("value").text();
      // The tail is missing where the string is longer than what is taken of it.
      boolean isCut = one.has("cut");
      values.add(isCut ? " ".repeat(CUT - value.length()) + value + "*".repeat(9) : value);
    }
    List<Tree> shown = shown(values).at("$items").all();
    for (int at = 0; at < all.size(); at++) {
      Tree one = all.get(at);
      boolean isCut = one.has("cut");
      Object found = isCut ? shown.get(at).at("$text").value() : shown.get(at).value();
      boolean isHidden = REDACTED.equals(shown.get(at).value());
      Object open = isCut ? values.get(at).substring(0, CUT) : values.get(at);
      judge(one, isHidden ? REDACTED : found, open);
    }
    List<Tree> numbers = vectors.at("numbers").all();
    List<Long> longs = numbers.stream().map(one -> one.at("number").number()).toList();
    List<Tree> found = shown(new ArrayList<>(longs)).at("$items").all();
    for (int at = 0; at < numbers.size(); at++) {
      // Beyond 53 bits it is written as text.
      Tree whole = found.get(at).at("$int");
      Object value = whole.isNull() ? found.get(at).value() : Long.valueOf(whole.text());
      judge(numbers.get(at), value, longs.get(at));
    }
    Vectors.tell("redaction.json (values)", all.size() + numbers.size(), Map.of());
  }

  @Test
  void logLinesAreScrubbed() throws Exception {
    for (Tree one : vectors.at("lines").all()) {
      try (Placed placed = Placed.on(Probe.at(held.at("held")).log("{held}"))) {
        held.call("use", one.at("line").text());
        assertEquals(one.at("scrubbed").text(), placed.snapshot().at("message").text());
      }
    }
  }

  /** Why a probe at the doors was refused; null if it was armed. */
  private static String refusal(String expression, boolean isCondition) throws Exception {
    Probe probe = Probe.at(held.at("doors"));
    Probe asked = isCondition ? probe.condition(expression) : probe.watch(expression);
    try (Placed placed = Placed.put(asked)) {
      boolean isRefused = placed.settled().at("state").text().equals("refused");
      return isRefused ? placed.refusal() : null;
    } catch (StillframeException refused) {
      return refused.getMessage();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "user.password == \"x\"",
        "user.getPassword() == \"x\"",
        "((Held.Base) user).password == \"x\"",
        "user?.password == null",
        "login.password().length() > 3",
        "login.password.startsWith(\"h\")",
        "login.password instanceof String",
        "data.get(\"password\") == \"x\"",
        "data.get(\"pass\\u0077ord\") == \"x\"",
        "data.get(\"PASS_WORD\") == \"x\"",
        "data.getOrDefault(\"password\", 1) == null",
        "data.containsKey(\"password\")",
        "password == \"x\"",
        "Objects.equals(user.password, \"x\")",
      })
  void whatIsNamedIsRefused(String expression) throws Exception {
    for (boolean isCondition : new boolean[] {true, false}) {
      String why = refusal(expression, isCondition);
      assertTrue(why != null && why.contains("redacted"), why);
    }
  }

  static List<String> doors() {
    return List.of(
        "data.get(key) == \"hunter2\"",
        "data.get(key).equals(\"hunter2\")",
        "data.get(\"pass\" + \"word\") == \"hunter2\"",
        "data.get(\"PASS\".toLowerCase() + \"word\") == \"hunter2\"",
        "data.getOrDefault(key, 1) == \"hunter2\"",
        "data.containsKey(key)",
        "data.containsValue(\"hunter2\")",
        "data.equals(same)",
        "same.equals(data)",
        "Objects.equals(data, same)",
        "list.contains(same)",
        "list.indexOf(same) == 0",
        "held.get().equals(same)",
        "user.inner.get(\"deep\").get(0).get(key) == \"hunter2\"",
        "user.inner.get(\"deep\").equals(twin.get(\"deep\"))",
        "user.inner.equals(twin)");
  }

  /** What became of a condition at one hit: the counters and the message, which tell nothing. */
  private static String outcome(String condition, String secret) throws Exception {
    try (Placed placed = Placed.put(Probe.at(held.at("doors")).condition(condition))) {
      placed.settled();
      held.call("doors", secret);
      assertEquals(0, placed.count("captured"), condition);
      if (placed.hits() == 0) {
        return placed.refusal();
      }
      assertEquals(1, placed.count("condition_failed"), condition);
      return Till.given(
          () -> (String) placed.report().at("first_failure").value(), () -> "no message");
    }
  }

  @ParameterizedTest
  @MethodSource("doors")
  void noSideDoorTellsARedactedValue(String condition) throws Exception {
    String right = outcome(condition, SECRET);
    assertEquals(right, outcome(condition, "another"), condition);
    assertFalse(right.contains(SECRET.substring(0, 6)) && !condition.contains(SECRET), right);
  }

  @Test
  void whatIsBesideASecretStaysReadable() throws Exception {
    for (String condition :
        List.of(
            "data.get(\"total\") == 5",
            "data.size() == 2",
            "data.containsKey(\"total\")",
            "user.name == \"lea\" && user.getName() == \"lea\"",
            "login.name() == \"lea\"",
            "list.get(1) == 5")) {
      try (Placed placed = Placed.on(Probe.at(held.at("doors")).condition(condition))) {
        held.call("doors", SECRET);
        assertEquals(1, placed.count("captured"), condition);
      }
    }
  }

  @Test
  void noCaptureWatchOrLogLineHoldsASecret() throws Exception {
    String[] watches = {"user", "data", "same", "list", "login", "held", "user.inner"};
    try (Placed placed = Placed.on(Probe.at(held.at("doors")).watch(watches))) {
      held.call("doors", SECRET);
      Tree snapshot = placed.snapshot();
      assertFalse(snapshot.toString().contains(SECRET), snapshot.toString());
      assertTrue(snapshot.toString().contains("total"), snapshot.toString());
    }
    for (String watch : watches) {
      try (Placed placed = Placed.on(Probe.at(held.at("doors")).log("it is {" + watch + "}"))) {
        held.call("doors", SECRET);
        String line = placed.snapshot().at("message").text();
        assertFalse(line.contains(SECRET), line);
      }
    }
  }
}
