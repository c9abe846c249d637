// What is taken off an order.

package shop;

/** An amount, and what it is for. */
public record Discount(Reason reason, double amount) {
  static final Discount NONE = new Discount(Reason.NONE, 0);

  /** What a discount is given for. */
  public enum Reason {
    NONE,
    COUPON,
    LOYALTY,
    BULK
  }
}
