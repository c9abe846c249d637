// An order that was placed.

package shop;

/** What was bought, and for how much. */
public record Order(int number, Cart cart, double total, Discount discount) {
  public double toPay() {
    return Money.rounded(total - discount.amount());
  }
}
