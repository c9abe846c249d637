// Orders that were placed.

package shop;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Keeps the last orders of every customer. */
public final class Orders {
  private static final int KEPT = 20;

  private final AtomicInteger numbers = new AtomicInteger();
  private final Map<Integer, Deque<Order>> byUser = new ConcurrentHashMap<>();

  public Order place(Cart cart) {
    if (cart.items().isEmpty()) {
      throw new OutOfStock("the cart is empty");
    }
    User user = cart.owner();
    double total = cart.total();
    Discount discount = Rules.best(cart, total);
    Order order = new Order(numbers.incrementAndGet(), cart, total, discount);
    Deque<Order> latest = byUser.computeIfAbsent(user.id(), id -> new ArrayDeque<>());
    synchronized (latest) {
      latest.addLast(order);
      if (latest.size() > KEPT) {
        latest.removeFirst();
      }
    }
    user.ordered();
    return order;
  }

  public List<Order> of(int userId) {
    Deque<Order> latest = byUser.getOrDefault(userId, new ArrayDeque<>());
    synchronized (latest) {
      return List.copyOf(latest);
    }
  }
}
