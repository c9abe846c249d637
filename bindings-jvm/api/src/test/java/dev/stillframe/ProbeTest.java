// The JSON that a probe becomes, to the byte: the core reads it, and refuses what it does not know.

package dev.stillframe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProbeTest {
  @Test
  void aLocationIsEnough() {
    assertEquals(
        "{\"kind\":\"snap\",\"location\":\"Cart.java:42\"}", Probe.at("Cart.java:42").json());
  }

  @Test
  void everythingOfASnapshotIsSaid() {
    Probe probe =
        Probe.at("com.acme.Cart#total")
            .condition("total > 100 && name.equals(\"Lea\")")
            .watch("cart.items", "user.id")
            .watch("total")
            .limit(3)
            .expires(Duration.ofMinutes(2).plusMillis(5));
    String expected =
        "{'kind':'snap','location':'com.acme.Cart#total',"
            + "'condition':'total > 100 && name.equals(\\'Lea\\')',"
            + "'watches':['cart.items','user.id','total'],'limit':3,'expires_ms':120005}";
    assertEquals(expected.replace('\'', '"'), probe.json());
  }

  @Test
  void exactCountsAreAskedFor() {
    String expected =
        "{'kind':'snap','location':'C.java:1','condition':'total > 100','exact':true}";
    Probe probe = Probe.at("C.java:1").exact().condition("total > 100");
    assertEquals(expected.replace('\'', '"'), probe.json());
  }

  @Test
  void aSourceThatCannotBeComparedIsAcceptedWhenToldSo() {
    String expected = "{'kind':'snap','location':'C.java:1','unchecked':true}";
    assertEquals(expected.replace('\'', '"'), Probe.at("C.java:1").unchecked().json());
  }

  @Test
  void aTemplateMakesALogProbe() {
    String expected = "{'kind':'log','location':'Cart.java:42','log':'total={cart.total}'}";
    assertEquals(
        expected.replace('\'', '"'), Probe.at("Cart.java:42").log("total={cart.total}").json());
  }

  @Test
  void countsAndDurationsAreKindsOfTheirOwn() {
    String count = "{'kind':'count','location':'Cart.java:42'}";
    assertEquals(count.replace('\'', '"'), Probe.at("Cart.java:42").count().json());
    String time = "{'kind':'time','location':'Cart.java:40..44'}";
    assertEquals(time.replace('\'', '"'), Probe.at("Cart.java:40..44").time().json());
  }

  @Test
  void textIsEscapedIntoAscii() {
    String expected =
        "{\"kind\":\"snap\",\"location\":\"C.java:1\","
            + "\"condition\":\"name == \\\"\\u00e4\\ud83d\\ude00\\u0000\\n\\\"\"}";
    Probe probe = Probe.at("C.java:1").condition("name == \"ä😀\0\n\"");
    assertEquals(expected.replace("\\n", "\\u000a"), probe.json());
    assertEquals(
        "{\"kind\":\"snap\",\"location\":\"a\\\\b\\u007f\"}", Probe.at("a\\b\u007f").json());
  }

  @Test
  void boundsAreTheCoresToCheck() {
    String expected = "{'kind':'snap','location':'C.java:1','limit':-1,'expires_ms':0}";
    Probe probe = Probe.at("C.java:1").limit(-1).expires(Duration.ofNanos(10));
    assertEquals(expected.replace('\'', '"'), probe.json());
    Probe forever = Probe.at("C.java:1").expires(Duration.ofSeconds(Long.MAX_VALUE));
    String ends = "{'kind':'snap','location':'C.java:1','expires_ms':" + Long.MAX_VALUE + "}";
    assertEquals(ends.replace('\'', '"'), forever.json());
  }

  @Test
  void nothingIsNull() {
    assertThrows(NullPointerException.class, () -> Probe.at(null));
    assertThrows(NullPointerException.class, () -> Probe.at("C.java:1").condition(null));
    assertThrows(NullPointerException.class, () -> Probe.at("C.java:1").watch((String) null));
    assertThrows(NullPointerException.class, () -> Probe.at("C.java:1").onSnapshot(null));
  }

  @Test
  void labelsGoInPairsAndTheLatestCounts() {
    Options options = new Options().label("zone", "a").label("team", "x").label("zone", "b");
    assertEquals("zone b team x", String.join(" ", options.labelPairs()));
  }
}
