// A customer.

package shop;

/** Somebody who buys. */
public final class User {
  private final int id;
  private final String name;
  private final String email;
  private volatile int orders;

  public User(int id, String name, String email, int orders) {
    this.id = id;
    this.name = name;
    this.email = email;
    this.orders = orders;
  }

  public int id() {
    return id;
  }

  public String name() {
    return name;
  }

  public String email() {
    return email;
  }

  /** How many orders were placed so far. */
  public int orders() {
    return orders;
  }

  synchronized void ordered() {
    orders = orders + 1;
  }
}
