// Amounts of money, in euros.

package shop;

final class Money {
  private Money() {}

  static double rounded(double amount) {
    return Math.round(amount * 100) / 100.0;
  }
}
