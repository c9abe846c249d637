// What the tests with the native library place probes on. Nobody else calls it.

package dev.stillframe;

final class Till {
  private Till() {}

  static double total(double price, int quantity) {
    double total = price * quantity;
    return total;
  }
}
