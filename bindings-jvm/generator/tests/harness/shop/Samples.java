// Objects that cases name.
//
// Knows the shop. Invariant: each call makes a new one.

package shop;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

public final class Samples {
  private Samples() {}

  public static Object cart() {
    return new Cart();
  }

  public static Object user() {
    return new User(7);
  }

  public static Object member() {
    return new Member(7);
  }

  public static Object item() {
    return new Item("pen", 3);
  }

  public static Object open() {
    return Status.OPEN;
  }

  public static Object boxedLong() {
    return 5L;
  }

  public static Object builder() {
    return new StringBuilder("ann");
  }

  public static Object ints() {
    return new int[] {1, 2, 3};
  }

  public static Object list() {
    return new ArrayList<>(List.of("a", "b"));
  }

  /** Its second element goes by the name that is the first. */
  public static Object pair() {
    return List.of("password", "x");
  }

  public static Object array() {
    return new Object[] {"password", "x"};
  }

  public static Object fixed() {
    return List.of(1, 2, 3);
  }

  public static Object set() {
    return new HashSet<>(Set.of("a", "b"));
  }

  public static Object map() {
    return new HashMap<>(Map.of("k", 5, "color", "red"));
  }

  public static Object shown() {
    return Collections.unmodifiableMap(new HashMap<>(Map.of("k", 5, "color", "red")));
  }

  public static Object sorted() {
    return new TreeMap<>(Map.of("k", 5));
  }

  public static Object ordered() {
    return new TreeMap<String, Object>(Collections.reverseOrder());
  }

  /** Looking into it changes its order. */
  public static Object recent() {
    Map<String, Object> map = new LinkedHashMap<>(8, 0.75f, true);
    map.put("k", 5);
    return map;
  }

  public static Object ownList() {
    return new ArrayList<Object>(Arrays.asList("a")) {
      @Override
      public int size() {
        throw new IllegalStateException("a method of the application ran");
      }
    };
  }

  public static Object empty() {
    return Optional.empty();
  }
}
