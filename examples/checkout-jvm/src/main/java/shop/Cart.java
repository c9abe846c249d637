// What a customer wants to buy.

package shop;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A cart; the thread that fills it is the only one to change it. */
public final class Cart {
  private final User owner;
  private final String coupon;
  private final List<Item> items = new ArrayList<>();

  public Cart(User owner, String coupon) {
    this.owner = owner;
    this.coupon = coupon;
  }

  public User owner() {
    return owner;
  }

  /** The coupon's code, or null. */
  public String coupon() {
    return coupon;
  }

  public List<Item> items() {
    return Collections.unmodifiableList(items);
  }

  public void add(Item item) {
    for (int at = 0; at < items.size(); at++) {
      Item known = items.get(at);
      if (known.sku().equals(item.sku())) {
        items.set(at, known.more(item.quantity()));
        return;
      }
    }
    items.add(item);
  }

  public double total() {
    double total = 0;
    for (Item item : items) {
      total += item.price() * item.quantity();
    }
    return Money.rounded(total);
  }
}
