// What the shop sells and who buys it.

package shop;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;

/** The articles and the customers. */
public final class Catalogue {
  private static final List<String> NAMES =
      List.of("Lea", "Jon", "Ada", "Kim", "Max", "Eva", "Tom", "Ida");

  private static final Map<String, Item> ARTICLES = new LinkedHashMap<>();
  private static final Map<Integer, User> USERS = new LinkedHashMap<>();

  static {
    sell("SF-1001", "Tripod", 39.90);
    sell("SF-1007", "Lens cap", 4.50);
    sell("SF-1042", "Camera bag", 89.00);
    sell("SF-1100", "Film, 36 exposures", 12.80);
    sell("SF-1200", "Darkroom lamp", 27.35);
    for (String name : NAMES) {
      int id = USERS.size() + 1;
      String email = name.toLowerCase(Locale.ROOT) + "@example.com";
      USERS.put(id, new User(id, name, email, id * 7));
    }
  }

  private Catalogue() {}

  private static void sell(String sku, String title, double price) {
    ARTICLES.put(sku, new Item(sku, title, price, 1));
  }

  public static Collection<Item> articles() {
    return ARTICLES.values();
  }

  /** The cart of a request; an unknown user or article is a NoSuchElementException. */
  public static Cart cart(int userId, Map<String, Integer> lines, String coupon) {
    Cart cart = new Cart(found(USERS, userId), coupon);
    lines.forEach(
        (sku, quantity) -> {
          Item article = found(ARTICLES, sku);
          cart.add(new Item(sku, article.title(), article.price(), quantity));
        });
    return cart;
  }

  private static <K, V> V found(Map<K, V> all, K key) {
    V value = all.get(key);
    if (value == null) {
      throw new NoSuchElementException("unknown: " + key);
    }
    return value;
  }
}
