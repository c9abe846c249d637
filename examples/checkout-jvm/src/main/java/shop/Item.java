// One line of a cart.

package shop;

/** So many pieces of an article. */
public record Item(String sku, String title, double price, int quantity) {
  Item more(int pieces) {
    return new Item(sku, title, price, quantity + pieces);
  }
}
