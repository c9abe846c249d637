// What names stand for and how objects are read, each without running code of the application.

package dev.stillframe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ValueTest {
  private static final String CODE = "{!would run application code}";

  /** Where, what, and the log line that says it. */
  private static final String NAMES =
      """
      hit | i | 1
      hit | l | 2
      hit | bt | -1
      hit | sh | -2
      hit | ch | k
      hit | fl | 1.5
      hit | db | 2.5
      hit | bo | true
      hit | s | str
      hit | this.field | 41
      hit | field | 41
      hit | title | Title
      hit | counter | 12
      hit | Things.counter | 12
      hit | Status.LIMIT | 7
      hit | Things.Status.LIMIT | 7
      hit | Status.CLOSED.ordinal() | 1
      hit | Words.WORD | word
      hit | Sub.WORD | word
      hit | Sub.COUNT | 3
      hit | Integer.MAX_VALUE | 2147483647
      hit | java.lang.Integer.MAX_VALUE | 2147483647
      hit | sub instanceof Base | true
      hit | sub instanceof Point | false
      hit | s instanceof String | true
      hit | m instanceof Map | true
      hit | m.get("entry") instanceof Map.Entry | true
      inner | z | 11
      inner | p | 10
      inner | own | 6
      inner | field | 41
      inner | Things.this.title | Title
      inner | counter | 12
      lambda | q | 17
      lambda | z | 11
      lambda | own | 6
      lambda | title | Title
      anonymous | anon | 8
      anonymous | w | 19
      anonymous | z | 11
      anonymous | own | 6
      anonymous | Things.this.title.length() | 5
      """;

  private static final String MEMBERS =
      """
      hit | sub.amount | 2
      hit | base.amount | 1
      hit | base.amount + sub.amount | 3
      hit | ((Base) sub).amount | 1
      hit | ((Sub) base).amount | 2
      hit | ((Things.Base) m.get("sub")).amount | 1
      hit | ((Object) sub).amount | {!no such attribute}
      hit | sub.label | base
      hit | sub.COUNT | 3
      hit | sub.tiny | -3
      hit | sub.b | -7
      hit | sub.c | x
      hit | sub.f | 1.5
      hit | sub.big | 1099511627776
      hit | sub.flag | true
      hit | sub.nothing | null
      hit | sub.nothing.x | {!of null}
      hit | sub.getAmount() | 2
      hit | sub.getLabel() | base
      hit | sub.getTiny() | -3
      hit | sub.twice() | CODE
      hit | sub.missing() | {!no such attribute}
      hit | sub.missing | {!no such attribute}
      hit | sub.getClass().getSimpleName() | Sub
      hit | m.get("point").x() | 3
      hit | m.get("point").y() | 4
      hit | m.get("point").name() | pt
      hit | m.get("point").hashCode() | CODE
      hit | m.get("angry").k | 3
      hit | m.get("angry").toString() | CODE
      hit | m.get("angry").equals(sub) | CODE
      hit | m.get("angry") == m.get("angry") | true
      hit | m.get("angry") == sub | false
      hit | m.get("angry list").contains(m.get("angry")) | CODE
      hit | m.get("status") == Status.CLOSED | true
      hit | m.get("status") == Status.OPEN | false
      hit | m.get("status").name() | CLOSED
      hit | m.get("error").getMessage() | boom
      hit | m.get("error").getCause().getMessage() | inner
      hit | m.get("error").getCause().getCause() | null
      hit | m.get("held").get() | held
      hit | m.get("held").isPresent() | true
      hit | m.get("not held").isPresent() | false
      hit | m.get("not held").get() | {!no such attribute}
      hit | m.get("five").getAsInt() | 5
      hit | m.get("atomic").get() | 11
      hit | m.get("flag").get() | true
      hit | m.get("reference").get() | ref
      hit | m.get("built").length() | 5
      hit | m.get("built").toString() | built
      hit | m.get("class").getName() | java.lang.String
      hit | m.get("classes").getSimpleName() | int[][]
      hit | m.get("entry").getKey() | ek
      hit | m.get("thread").getName() | its name
      hit | m.get("date").getYear() | 2024
      hit | m.get("date").getDayOfMonth() | 29
      """;

  private static final String COLLECTIONS =
      """
      hit | m.get("list") | [1, "two", 3, 4.5, true]
      hit | m.get("linked") | [0, 1, 2, 3, 4]
      hit | m.get("linked").get(3) | 3
      hit | m.get("deque") | [0, 1, 2, 3, 4]
      hit | m.get("array list").get(1) | q
      hit | m.get("vector").size() | 5
      hit | m.get("one") | [1]
      hit | m.get("two") | [1, 2]
      hit | m.get("three").get(2) | 3
      hit | m.get("three").get(3) | {!no such element}
      hit | m.get("written").contains(4) | true
      hit | m.get("copies") | ["n", "n", "n"]
      hit | m.get("part") | [1, 2, 3]
      hit | m.get("fixed part") | [2, 3]
      hit | m.get("view").get(4) | 4
      hit | m.get("synced").size() | 5
      hit | m.get("single") | ["s"]
      hit | m.get("empty").isEmpty() | true
      hit | m.get("plain").get(0) | pl
      hit | m.get("plain").extra | 4
      hit | m.get("mine").size() | CODE
      hit | m.get("ints").length | 2
      hit | m.get("ints")[1] | 2
      hit | m.get("bytes")[1] | -1
      hit | m.get("strings")[1] | null
      hit | m.get("strings")[2] | {!no such element}
      hit | m.get("nested")[0][0] | 5
      hit | m.get("set1").contains("x") | true
      hit | m.get("set3").contains("z") | true
      hit | m.get("set3").contains("w") | false
      hit | m.get("set3").size() | 3
      hit | m.get("hash set").contains(3) | true
      hit | m.get("hash set").contains(3L) | false
      hit | m.get("linked set") | {5, 4}
      hit | m.get("tree set") | {1, 2, 3}
      hit | m.get("enum set").contains(Status.CLOSED) | true
      hit | m.get("enum set").contains(Status.OPEN) | false
      hit | m.get("units").size() | 7
      hit | m.get("hash").size() | 305
      hit | m.get("hash").get("key57") | 57
      hit | m.get("hash").get(57) | int57
      hit | m.get("hash").get(57L) | long57
      hit | m.get("hash").get(Status.OPEN) | open
      hit | m.get("hash").get(Status.CLOSED) | null
      hit | m.get("hash").get(null) | null
      hit | m.get("hash").containsKey(null) | true
      hit | m.get("hash").get(2.5) | double
      hit | m.get("hash").get('c') | char
      hit | m.get("hash").get(true) | boolean
      hit | m.get("hash").get("none") | null
      hit | m.get("shared").size() | 200
      hit | m.get("shared").get("key99") | 99
      hit | m.get("shared").get(42) | int42
      hit | m.get("same").get("BBBBBBBBBBBB") | 63
      hit | m.get("same").get("BBBBBBBBBBBA") | null
      hit | m.get("shared same").get("AaAaAaAaAaAa") | 0
      hit | m.get("shared same").size() | 64
      hit | m.get("map0").isEmpty() | true
      hit | m.get("map1") | {"k": "v"}
      hit | m.get("map2").get("b") | 2
      hit | m.get("tree") | {"a": 1, "b": 2, "c": 3}
      hit | m.get("tree").get("b") | 2
      hit | m.get("table").get("ht") | 1
      hit | m.get("properties").get("pk") | pv
      hit | m.get("identity") | {null: "n"}
      hit | m.get("enums") | ENUMS
      hit | m.get("enums").get(Status.CLOSED) | cl
      hit | m.get("map view").get("key7") | 7
      hit | m.get("keys").contains("key5") | true
      hit | m.get("values") | ["val"]
      hit | m.get("shared keys").contains(3) | true
      """;

  private static final String SHOWN =
      """
      hit | m.get("status") | CLOSED
      hit | m.get("decimal") | 12.50
      hit | m.get("long decimal") | 123456789012345678901234567890.5
      hit | m.get("integer") | 77
      hit | m.get("huge") | -1267650600228229401496703205376
      hit | m.get("atomic") | 11
      hit | m.get("built") | built
      hit | m.get("wide") | b\u0416
      hit | m.get("uuid") | 00000000-0000-0001-0000-000000000002
      hit | m.get("date") | 2024-02-29
      hit | m.get("time") | 01:02:03
      hit | m.get("moment") | 2024-02-29T01:02
      hit | m.get("instant") | 1970-01-01T00:00:01Z
      hit | m.get("duration") | PT1M1S
      hit | m.get("old") | 1970-01-01T00:00:00.005Z
      hit | m.get("offset") | 2024-01-01T00:00+02:00
      hit | m.get("zoned") | 2024-01-01T00:00Z[UTC]
      hit | m.get("long").length() | 200000
      hit | m.get("long") != null | true
      hit | m.get("unicode").length() | 7
      hit | m.get("short") | 6
      hit | m.get("char") | z
      """;

  private static Place things;

  @BeforeAll
  static void compile() throws Exception {
    things = Place.of(Things.SOURCE);
    things.type();
  }

  @BeforeEach
  void begin() {
    Placed.anew();
  }

  static Stream<Arguments> rows() {
    String all = NAMES + MEMBERS + COLLECTIONS + SHOWN;
    String enums = "{\"OPEN\": null, \"CLOSED\": \"cl\"}";
    return all.lines()
        .map(row -> row.replace("CODE", CODE).replace("ENUMS", enums).split(" \\| ", 3))
        .map(row -> Arguments.of(row[0], row[1], row[2]));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("rows")
  void everyValue(String mark, String expression, String expected) throws Exception {
    Probe probe = Probe.at(things.at(mark)).log("{" + expression + "}");
    try (Placed placed = Placed.on(probe)) {
      things.call("run");
      assertEquals(expected, placed.snapshot().at("message").text());
    }
  }

  @Test
  void aClassThatWasNotUsedYetStaysSo() throws Exception {
    things.type("Things$Base");
    Class<?> unborn =
        Class.forName(things.type().getName() + "$Unborn", false, things.type().getClassLoader());
    String unsaid = "{Unborn.HIDDEN} {Unborn.BOXED} {Unborn.COMPUTED} {Unborn.LATER}";
    String said =
        "{Unborn.ZERO} {Unborn.SAID.length()} {Unborn.ON} {Unborn.MARK} {Unborn.TINY} {Unborn.FAR}"
            + " {Unborn.HALF} {Unborn.THIRD > 0.3} {Unborn.MOST} {Fixed.MOST}";
    // Loaded and no more first, and with its fields laid out then.
    for (boolean isPrepared : new boolean[] {false, true}) {
      if (isPrepared) {
        unborn.getDeclaredFields();
      }
      try (Placed placed = Placed.on(Probe.at(things.at("hit")).log(unsaid))) {
        things.call("run");
        String four = "{!not initialised yet} ".repeat(4).strip();
        assertEquals(four, placed.snapshot().at("message").text());
      }
      try (Placed placed = Placed.on(Probe.at(things.at("hit")).log(said))) {
        things.call("run");
        String all = "0 11 true m -2 1099511627776 0.5 true 7 7";
        assertEquals(all, placed.snapshot().at("message").text());
      }
      Probe condition = Probe.at(things.at("hit")).condition("Unborn.MOST == 7");
      try (Placed placed = Placed.on(condition.watch("Unborn.HIDDEN", "Unborn.ZERO"))) {
        things.call("run");
        Tree watches = placed.watches();
        assertEquals(0L, watches.at("Unborn.ZERO").value());
        String why = watches.at("Unborn.HIDDEN", "$error").text();
        assertEquals(
            "Unborn is not initialised yet: its initialiser is not run to read .HIDDEN", why);
      }
    }
    var born = unborn.getNestHost().getDeclaredField("born");
    born.setAccessible(true);
    assertEquals(false, born.get(null));
  }

  @Test
  void aNameThatIsNotThereIsToldFromThoseThatAre() throws Exception {
    try (Placed placed = Placed.put(Probe.at(things.at("hit")).log("{tittle}"))) {
      String refusal = placed.refusal();
      assertTrue(refusal.contains("title"), refusal);
    }
  }
}
