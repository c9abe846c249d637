// How long the writer takes for ten variables with a dozen objects below them, and what it allocates.
//
//     java -Xbootclasspath/a:BOOT -cp APP Timing [rounds]
//
// Knows no limits to hold: it prints the best of many short rounds, which others that use the machine
// disturb least.

import java.lang.management.ManagementFactory;
import java.stillframe.Capture;
import java.util.ArrayList;
import java.util.List;

final class Timing {
  static final class Money {
    final long cents;
    final String currency = "EUR";

    Money(long cents) { this.cents = cents; }
  }

  static final class Address {
    final String street = "Harbour Street 5", city = "Hamburg";
    final int zip = 20457;
  }

  static final class User {
    final long id = 4711;
    final String name = "Lea Example";
    final Address address = new Address();
    final boolean active = true;
  }

  static final class Item {
    final int quantity;
    final Money price;

    Item(int quantity) {
      this.quantity = quantity;
      price = new Money(1_299L * quantity);
    }
  }

  static final class Order {
    final int number = 90210;
    final User user = new User();
    final Item first = new Item(1), second = new Item(2), third = new Item(3);
    final Money total = new Money(7_794);
    final double weight = 1.25;
  }

  private static final int[] LIMITS = {3, 100, 50, 256, 64 << 10};
  private static final String[] NAMES = {
    "count", "amount", "ratio", "done", "name", "codes",
    "order", "rows", "stamp", "attempt"
  };

  public static void main(String[] arguments) throws Exception {
    int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1_000;
    Capture capture = new Capture(LIMITS, 0, new byte[80], 0, NAMES, new String[0]);
    capture.open(Long.MAX_VALUE);
    List<Object> rows = new ArrayList<>(List.of(1, 2, 3, "four"));
    int[] codes = {1, 2, 3, 500, 70_000};
    Order order = new Order();
    int captures = 2_000;
    double best = Double.MAX_VALUE;
    long bytes = 0;
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long allocated = 0;
    for (int round = 0; round < rounds; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      long start = System.nanoTime();
      for (int at = 0; at < captures; at++) bytes = one(capture, at, codes, order, rows);
      double took = (double) (System.nanoTime() - start) / captures;
      allocated = threads.getCurrentThreadAllocatedBytes() - before;
      best = Math.min(best, took);
    }
    System.out.printf("%.0f ns a capture of %d bytes, %.3f bytes allocated%n", best, bytes,
        (double) allocated / captures);
  }

  private static int one(Capture capture, int at, int[] codes, Order order, List<Object> rows) {
    capture.reopen(Long.MAX_VALUE);
    capture.local(0, at);
    capture.local(1, at * 1_000_000_007L);
    capture.local(2, at * 0.5);
    capture.local(3, (at & 1) == 0);
    capture.local(4, "checkout");
    capture.local(5, codes);
    capture.local(6, order);
    capture.local(7, rows);
    capture.local(8, 1_795_349_071_207L);
    capture.local(9, 3);
    return capture.finish();
  }
}
