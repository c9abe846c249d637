// No condition, watch, log or capture runs code of the application, whatever it looks at.

package dev.stillframe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StandardTest {
  private static final String EVIL =
      """
      import java.util.*;
      class Evil implements Comparable<Evil>, CharSequence, Iterable<Object> {
        static final List<String> CALLS = Collections.synchronizedList(new ArrayList<>());
        private int secret = 5;
        final String name = "evil";
        static <T> T ran(String what, T value) { CALLS.add(what); return value; }
        public int getSecret() { return ran("getter", secret); }
        public int secret() { return secret; }
        @Override public boolean equals(Object o) { return ran("equals", true); }
        @Override public int hashCode() { return ran("hashCode", 1); }
        @Override public String toString() { return ran("toString", "evil"); }
        @Override public int compareTo(Evil o) { return ran("compareTo", 0); }
        @Override public int length() { return ran("length", 3); }
        @Override public char charAt(int at) { return ran("charAt", 'x'); }
        @Override public CharSequence subSequence(int a, int b) { return ran("subSequence", "x"); }
        @Override public Iterator<Object> iterator() {
          return ran("iterator", List.<Object>of().iterator());
        }
        static class EvilList extends ArrayList<Object> {
          static final long serialVersionUID = 1;
          @Override public int size() { return ran("size", super.size()); }
          @Override public Object get(int at) { return ran("get", super.get(at)); }
          @Override public Iterator<Object> iterator() { return ran("list iterator", super.iterator()); }
          @Override public boolean contains(Object o) { return ran("contains", super.contains(o)); }
          @Override public boolean isEmpty() { return ran("isEmpty", super.isEmpty()); }
        }
        static class EvilMap extends HashMap<Object, Object> {
          static final long serialVersionUID = 1;
          @Override public Object get(Object key) { return ran("map get", super.get(key)); }
          @Override public int size() { return ran("map size", super.size()); }
          @Override public Set<Map.Entry<Object, Object>> entrySet() {
            return ran("entrySet", super.entrySet());
          }
          @Override public boolean containsKey(Object key) {
            return ran("containsKey", super.containsKey(key));
          }
        }
        static int work(Evil evil, List<Object> list, Map<Object, Object> map,
            Map<Object, Object> keyed, Object proxy, Set<Object> set, Optional<Evil> some,
            Object[] array) {
          return 1; //: here
        }
        static int run() {
          Evil evil = new Evil();
          EvilList list = new EvilList();
          list.add(evil);
          EvilMap map = new EvilMap();
          map.put("k", evil);
          Map<Object, Object> keyed = new HashMap<>();
          keyed.put(evil, evil);
          Object proxy = java.lang.reflect.Proxy.newProxyInstance(Evil.class.getClassLoader(),
              new Class<?>[] {Runnable.class}, (self, method, arguments) -> ran("proxy", null));
          Set<Object> set = new HashSet<>(List.of(evil));
          CALLS.clear();
          Object[] array = {evil, list};
          return work(evil, list, map, keyed, proxy, set, Optional.of(evil), array);
        }
        static String calls() { return CALLS.toString(); }
      }
      """;

  private static Place place;

  @BeforeAll
  static void compile() throws Exception {
    place = Place.of(EVIL);
    place.loadAll();
  }

  @BeforeEach
  void begin() {
    Placed.anew();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "evil == null", "evil.equals(evil)", "evil.hashCode() == 1", "evil.toString() == \"evil\"",
        "evil.getSecret() == 5", "evil.secret() == 5", "evil.secret == 5", "evil.length() == 3",
        "evil.compareTo(evil) == 0", "list.size() == 1", "list.get(0) == evil",
            "list.contains(evil)",
        "list.isEmpty()", "map.get(\"k\") == evil", "map.size() == 1", "map.containsKey(\"k\")",
        "keyed.get(evil) == evil", "keyed.containsKey(1)", "keyed.size() == 1",
            "set.contains(evil)",
        "proxy.toString() == \"x\"", "proxy.equals(evil)", "some.isPresent()",
            "some.get().secret == 5",
        "array[0] == evil", "\"x\" + evil == \"xevil\"", "\"evil\".equals(evil)",
            "\"evil\".contains(evil)",
        "evil instanceof Comparable", "list == map", "array.length == 2", "evil.name.length() == 4"
      })
  void noConditionRunsCodeOfTheApplication(String condition) throws Exception {
    try (Placed placed =
        Placed.put(Probe.at(place.at("here")).condition(condition).watch(condition))) {
      placed.settled();
      assertEquals(1, place.call("run"));
      assertEquals("[]", place.call("calls"));
    } catch (StillframeException refused) {
      assertFalse(refused.getMessage().isEmpty());
    }
  }

  @Test
  void noCaptureRunsCodeOfTheApplication() throws Exception {
    try (Placed placed =
            Placed.on(Probe.at(place.at("here")).watch("evil", "list", "map", "keyed", "array"));
        Placed log =
            Placed.on(
                Probe.at(place.at("here")).log("{evil} {list} {map} {keyed} {proxy} {set}"))) {
      assertEquals(1, place.call("run"));
      Tree snapshot = placed.snapshot();
      log.snapshot();
      assertEquals("[]", place.call("calls"));
      assertTrue(
          snapshot.at("locals").entries().keySet().containsAll(List.of("evil", "list", "map")));
    }
  }

  @Test
  void secretsStayWhereTheyAre() throws Exception {
    Place login =
        Place.of(
            "import java.util.*;\n"
                + "class Login {\n"
                + "  static int login(String password, String card, Map<String, String> headers)"
                + " {\n"
                + "    int tokenCount = 3;\n"
                + "    return tokenCount; //: here\n"
                + "  }\n"
                + "}\n");
    login.type();
    try (Placed placed = Placed.on(login.at("here"))) {
      login.call(
          "login",
          "hunter2",
          "4111 1111 1111 1111",
          new java.util.HashMap<>(java.util.Map.of("Authorization", "Bearer x", "Host", "h")));
      String text = placed.snapshot().toString();
      assertFalse(
          text.contains("hunter2") || text.contains("4111") || text.contains("Bearer"), text);
      assertTrue(text.contains("redacted") && text.contains("Host"), text);
    }
  }
}
