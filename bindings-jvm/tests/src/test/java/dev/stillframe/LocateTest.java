// Which code is found, when, under which name, and what is said where nothing is probed.

package dev.stillframe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LocateTest {
  private static final String SHOP =
      """
      class Shop {
        static int total(int n) {
          // Nothing yet.

          int all = n; //: first
          return all; //: last
        }
        static class Cart {
          int total() {
            return 3; //: nested
          }
        }
        abstract static class Bare {
          abstract int nothing();
          native int foreign();
        }
      }
      """;

  @BeforeEach
  void begin() {
    Placed.anew();
  }

  @Test
  void aFileThatIsNotLoadedIsAwaitedAndTheNearestNameIsOffered() throws Exception {
    Place place = Place.of(SHOP);
    place.type();
    try (Placed placed = Placed.put(Probe.at("Shopp.java:5"))) {
      assertEquals("pending", placed.state());
      Till.is(() -> placed.report().toString().contains("Shop.java"), () -> "" + placed.report());
    }
  }

  @Test
  void aLineWithoutCodeSnapsAndSaysSo() throws Exception {
    Place place = Place.of(SHOP);
    place.loadAll();
    try (Placed placed = Placed.on(Probe.at(place.source.path() + ":3").count())) {
      assertEquals(place.line("first"), placed.report().at("at", "line").number());
      assertTrue(placed.note().contains("no code of its own"), placed.note());
      place.call("total", 1);
      assertEquals(1, placed.hits());
    }
    try (Placed placed = Placed.put(Probe.at(place.source.path() + ":400"))) {
      assertTrue(placed.refusal().contains("400"), placed.refusal());
    }
  }

  /** As in production: a class file, and no source anywhere near. */
  @Test
  void withoutASourceALineIsArmedAsUnverified() throws Exception {
    Place place = Place.of(SHOP);
    Files.delete(place.folder.resolve(place.source.path()));
    place.loadAll();
    try (Placed placed = Placed.on(Probe.at(place.at("last")))) {
      assertEquals("unverifiable", placed.report().at("at", "source").text());
      place.call("total", 2);
      assertEquals("[source unverified]", placed.snapshot().at("notes").toString());
    }
    try (Placed placed = Placed.put(Probe.at(place.source.path() + ":7"))) {
      assertTrue(placed.refusal().contains("the nearest that does"), placed.refusal());
    }
    Json compared =
        new Json()
            .field("file", place.source.path())
            .field("line", place.line("last"))
            .field("source_sha256", "0".repeat(64));
    try (Placed placed = Placed.put("{\"location\":" + compared + "}")) {
      assertTrue(
          placed.refusal().contains("there is no source of " + place.source.path()),
          placed.refusal());
      assertTrue(placed.refusal().contains("in Shop.total: arm it"), placed.refusal());
    }
    try (Placed placed = Placed.put("{\"location\":" + compared + ",\"unchecked\":true}")) {
      placed.armed();
      assertTrue(placed.note().startsWith("armed unchecked"), placed.note());
    }
  }

  @Test
  void aNestedClassIsNamedAndItsMethodsStackShown() throws Exception {
    Place place = Place.of(SHOP);
    place.loadAll();
    for (String location : List.of(place.at("nested"), place.source.className() + ".Cart#total")) {
      try (Placed placed = Placed.on(location)) {
        Object cart = Place.make(place.type("Shop$Cart"));
        Place.call(place.type("Shop$Cart"), cart, "total");
        assertEquals("Shop.Cart.total", placed.snapshot().at("at", "function").text());
      }
    }
  }

  @Test
  void withoutNamesSlotsAreOffered() throws Exception {
    Place place = Place.of(SHOP, List.of("-g:source,lines"));
    place.type();
    try (Placed placed = Placed.put(Probe.at(place.at("last")).condition("all > 2"))) {
      assertTrue(placed.refusal().contains("slot"), placed.refusal());
    }
    try (Placed placed = Placed.on(Probe.at(place.at("last")).condition("slot1 > 2"))) {
      place.call("total", 2);
      place.call("total", 3);
      assertEquals(3, placed.locals().at("slot1").number());
      assertEquals(1, placed.count("captured"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "java.lang.Object#hashCode",
        "java.lang.Thread#getName",
        "java.lang.Integer#valueOf",
        "java.lang.ThreadLocal#get"
      })
  void whatAProbeItselfRunsIsRefused(String location) throws Exception {
    try (Placed placed = Placed.put(Probe.at(location).unchecked())) {
      Till.is(() -> !placed.state().equals("armed"), () -> "" + placed.report());
      Tree report = placed.report();
      boolean isSaid =
          report.toString().contains("used by the probe itself")
              || report.at("state").text().equals("pending")
              || report.at("state").text().equals("refused");
      assertTrue(isSaid, report.toString());
    }
    // It goes on.
    assertEquals(5, Integer.parseInt("5"));
  }

  /**
   * Code that the agent's own writing and linking may well call: never a recursion, never a crash.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "java.lang.String#hashCode",
        "java.util.HashMap#get",
        "java.util.HashMap#getNode",
        "java.util.HashMap#putVal",
        "java.util.ArrayList#grow",
        "java.lang.StringBuilder#toString",
        "java.lang.String#equals",
        "java.lang.String#length",
        "java.util.concurrent.ConcurrentHashMap#get",
        "java.lang.Math#max",
        "java.util.Arrays#copyOf",
        "java.lang.System#getProperty",
        "java.lang.String#charAt",
        "java.lang.AbstractStringBuilder#append",
        "java.util.Objects#requireNonNull",
        "java.lang.ClassLoader#loadClass",
        "java.net.URI#create",
        "java.util.ArrayList#add"
      })
  void theJdksOwnCodeIsProbedOrRefused(String location) throws Exception {
    try (Placed placed = Placed.put(Probe.at(location).unchecked())) {
      String state = placed.settled().at("state").text();
      long sum = 0;
      for (int turn = 0; turn < 50; turn++) {
        HashMap<String, Integer> map = new HashMap<>();
        map.put("k" + turn, turn);
        sum += map.get("k" + turn) + new String("x" + turn).hashCode() + Math.max(turn, 3);
        List<String> list = new ArrayList<>();
        list.add(System.getProperty("java.version"));
        sum += list.get(0).charAt(0) + java.net.URI.create("http://h/").getHost().length();
      }
      assertTrue(sum != 0);
      assertFalse(state.isEmpty());
      // The account is whole whatever was hit within a hit.
      placed.hits();
    }
  }

  @Test
  void aModuleOfTheJdkThatIsNotItsInnermost() throws Exception {
    var server =
        com.sun.net.httpserver.HttpServer.create(
            new java.net.InetSocketAddress(java.net.InetAddress.getLoopbackAddress(), 0), 0);
    try (Placed placed =
        Placed.on(Probe.at("sun.net.httpserver.ServerImpl#getAddress").unchecked())) {
      assertTrue(server.getAddress().getPort() > 0);
      assertEquals(1, placed.hits());
      Tree snapshot = placed.snapshot();
      assertEquals("sun.net.httpserver.ServerImpl", snapshot.at("locals", "this", "$type").text());
    } finally {
      server.stop(0);
    }
  }

  @Test
  void aHiddenClassIsRefusedAndSaysSo() throws Exception {
    Place place =
        Place.of(
            "class Hidden {\n"
                + "  static int work(int n) {\n"
                + "    return n; //: here\n"
                + "  }\n"
                + "  static Class<?> hide(byte[] bytes) throws Exception {\n"
                + "    return java.lang.invoke.MethodHandles.lookup().defineHiddenClass(bytes,"
                + " true).lookupClass();\n"
                + "  }\n"
                + "}\n");
    byte[] bytes =
        java.nio.file.Files.readAllBytes(
            place.folder.resolve(place.source.path().replace(".java", ".class")));
    Class<?> hidden = (Class<?>) place.call("hide", (Object) bytes);
    try (Placed placed = Placed.put(Probe.at(place.at("here")).count())) {
      // The plain class of the same file has the line too, and takes it.
      placed.settled();
      Place.call(hidden, null, "work", 1);
      place.call("work", 1);
      assertTrue(placed.hits() <= 1, placed.report().toString());
    }
  }

  /** 4 bytes a line, and 4 more: nearly as large as HotSpot compiles, or as Java allows. */
  @ParameterizedTest
  @CsvSource({"1998, '8,000 bytes'", "16382, 'larger than 64 KB'"})
  void aMethodThatGrowsTooLargeIsRefused(int lines, String why) throws Exception {
    StringBuilder text =
        new StringBuilder("class Large {\n  static int work(int n) {\n    int a = n;\n");
    for (int line = 0; line < lines; line++) {
      text.append("    a += n;").append(line == 1000 ? " //: here" : "").append('\n');
    }
    Place place = Place.of(text + "    return a;\n  }\n}\n");
    place.type();
    try (Placed placed = Placed.put(Probe.at(place.at("here")))) {
      assertTrue(placed.refusal().contains(why), placed.refusal());
    }
    assertEquals(lines + 1, place.call("work", 1));
  }

  @Test
  void oneThatIsRefusedHoldsUpNoOther() throws Exception {
    Place place = Place.of(SHOP);
    place.type();
    String[] conditions = {"n > 0", "nothing > 0", "all == 1", "all.x == 2"};
    List<Placed> placed = new ArrayList<>();
    for (String condition : conditions) {
      placed.add(Placed.put(Probe.at(place.at("last")).condition(condition)));
    }
    for (Placed one : placed) {
      one.settled();
    }
    place.call("total", 1);
    assertEquals("armed", placed.get(0).state());
    assertEquals("refused", placed.get(1).state());
    assertEquals(List.of(1L, 1L), List.of(placed.get(0).hits(), placed.get(2).hits()));
    placed.forEach(Placed::close);
  }

  /** A class within one that is loaded: its line is awaited, not taken for somebody else's. */
  @Test
  void aNestedClassThatIsNotLoadedYetIsAwaited() throws Exception {
    Place place = Place.of(SHOP);
    place.type();
    try (Placed placed = Placed.put(Probe.at(place.at("nested")).count())) {
      placed.report();
      assertEquals("pending", placed.state());
      Class<?> cart = place.type("Shop$Cart");
      placed.armed();
      Place.call(cart, Place.make(cart), "total");
      assertEquals(1, placed.hits());
    }
  }
}
