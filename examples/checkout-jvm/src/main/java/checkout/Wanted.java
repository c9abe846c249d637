// The body of a request to place an order.

package checkout;

import java.util.LinkedHashMap;
import java.util.Map;

/** Pieces by article, and a coupon's code or null. */
record Wanted(Map<String, Integer> items, String coupon) {
  static Wanted read(String json) {
    if (Json.read(json) instanceof Map<?, ?> body && body.get("items") instanceof Map<?, ?> items) {
      Map<String, Integer> lines = new LinkedHashMap<>();
      items.forEach((sku, quantity) -> lines.put((String) sku, pieces(quantity)));
      return new Wanted(lines, body.get("coupon") instanceof String code ? code : null);
    }
    throw new IllegalArgumentException("an order has items");
  }

  private static int pieces(Object quantity) {
    if (quantity instanceof Double number && number > 0 && number <= 1000) {
      return number.intValue();
    }
    throw new IllegalArgumentException("a quantity is a number from 1 to 1000");
  }
}
