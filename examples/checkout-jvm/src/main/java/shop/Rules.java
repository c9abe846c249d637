// Discounts, the best of which applies.

package shop;

import java.util.List;
import shop.Discount.Reason;

final class Rules {
  private static final List<Rule> RULES = List.of(Rules::coupon, Rules::loyalty, Rules::bulk);

  private Rules() {}

  @FunctionalInterface
  private interface Rule {
    Discount discount(Cart cart, double total);
  }

  private static Discount coupon(Cart cart, double total) {
    return "WELCOME".equals(cart.coupon()) ? new Discount(Reason.COUPON, 5) : Discount.NONE;
  }

  private static Discount loyalty(Cart cart, double total) {
    int percent = Math.min(cart.owner().orders() / 10, 5);
    return new Discount(Reason.LOYALTY, Money.rounded(total * percent / 100));
  }

  private static Discount bulk(Cart cart, double total) {
    int pieces = cart.items().stream().mapToInt(Item::quantity).sum();
    return pieces >= 6
        ? new Discount(Reason.BULK, Money.rounded(total * 0.08))
        : Discount.NONE;
  }

  static Discount best(Cart cart, double total) {
    Discount best = Discount.NONE;
    for (Rule rule : RULES) {
      Discount discount = rule.discount(cart, total);
      if (discount.amount() > best.amount()) {
        best = discount;
      }
    }
    return best;
  }
}
