// What the shop answers to a request, whatever server it came through.

package checkout;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import shop.Cart;
import shop.Catalogue;
import shop.Item;
import shop.Order;
import shop.Orders;
import shop.OutOfStock;

/** The endpoints. */
public final class Desk {
  private static final Pattern ORDERS_OF = Pattern.compile("/orders/(\\d{1,9})");

  private final Orders orders = new Orders();

  /** A status and the JSON that goes with it. */
  public record Answer(int status, String json) {}

  public Answer answer(String method, String path, String body) {
    Matcher ordersOf = ORDERS_OF.matcher(path);
    try {
      if (method.equals("GET") && path.equals("/")) {
        return catalogue();
      }
      if (ordersOf.matches()) {
        int userId = Integer.parseInt(ordersOf.group(1));
        switch (method) {
          case "POST":
            return placeOrder(userId, body);
          case "GET":
            return listOrders(userId);
          default:
            return refused(405, "GET or POST");
        }
      }
      return refused(404, "no such page");
    } catch (NoSuchElementException | OutOfStock | IllegalArgumentException bad) {
      return refused(400, bad.getClass().getSimpleName() + ": " + bad.getMessage());
    }
  }

  private Answer catalogue() {
    Map<String, Object> articles = new LinkedHashMap<>();
    for (Item item : Catalogue.articles()) {
      articles.put(item.sku(), fields("title", item.title(), "price", item.price()));
    }
    return new Answer(200, Json.write(articles));
  }

  private Answer placeOrder(int userId, String body) {
    Wanted wanted = Wanted.read(body);
    Cart cart = Catalogue.cart(userId, wanted.items(), wanted.coupon());
    double total = cart.total();
    Order order = orders.place(cart);
    Map<String, Object> placed =
        fields("number", order.number(), "total", total, "to_pay", order.toPay());
    return new Answer(201, Json.write(placed));
  }

  private Answer listOrders(int userId) {
    List<Map<String, Object>> list =
        orders.of(userId).stream()
            .map(order -> fields("number", order.number(), "to_pay", order.toPay()))
            .toList();
    return new Answer(200, Json.write(list));
  }

  private static Answer refused(int status, String error) {
    return new Answer(status, Json.write(fields("error", error)));
  }

  /** Names and values in turn, in that order. */
  private static Map<String, Object> fields(Object... pairs) {
    Map<String, Object> fields = new LinkedHashMap<>();
    for (int at = 0; at < pairs.length; at += 2) {
      fields.put((String) pairs[at], pairs[at + 1]);
    }
    return fields;
  }
}
