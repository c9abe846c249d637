// Why an order is not placed.

package shop;

/** Nothing is in the cart that could be delivered. */
public final class OutOfStock extends RuntimeException {
  private static final long serialVersionUID = 1L;

  OutOfStock(String message) {
    super(message);
  }
}
