// The code that is measured: a class for each case, all alike, so that what is done to one leaves the
// others compiled as they are.
//
// Knows nothing of who measures. Invariants: every class but the bases has one line to be probed, marked
// PROBE and its name, which runs once an iteration, or never (`Cold`); `state` is never 0, which the
// compiler does not know.

package bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntBinaryOperator;

final class Targets {
  /** What runs a case: iterations, and a number other than 0. */
  static final Map<String, IntBinaryOperator> LOOPS = Map.ofEntries(
      Map.entry("Base", Base::run),
      Map.entry("Again", Again::run),
      Map.entry("Cold", Cold::run),
      Map.entry("ConditionFalse", ConditionFalse::run),
      Map.entry("ConditionFailed", ConditionFailed::run),
      Map.entry("Counted", Counted::run),
      Map.entry("Count", Count::run),
      Map.entry("OverQuota", OverQuota::run),
      Map.entry("Log", Log::run),
      Map.entry("Removed", Removed::run),
      Map.entry("FieldBase", FieldBase::run),
      Map.entry("Field", Field::run),
      Map.entry("Calls", Calls::run),
      Map.entry("Timed", Timed::run),
      Map.entry("CaptureBase", CaptureBase::run),
      Map.entry("Capture", Capture::run),
      Map.entry("CaptureStack", CaptureStack::run));

  static final class Item {
    final int seed;
    private final int price;
    final String sku;

    Item(int number) {
      seed = number * 31;
      price = number % 10;
      sku = "SF-000" + number % 10;
    }
  }

  static final class Customer {
    final long id = 4711;
    final String name = "Lea Example";
    final boolean isNew = true;
  }

  static final class Order {
    final int number = 90210;
    final Customer customer = new Customer();
    final Item first = new Item(1);
    final Item second = new Item(2);
    final double weight = 1.25;
  }

  static final Item[] ITEMS = new Item[64];
  static final Order ORDER = new Order();
  static final List<Object> ROWS = new ArrayList<>(List.of(new Item(3), new Item(4), "three"));
  /** Not final: the compiler must not know that it is null. */
  static Item none;

  static {
    for (int at = 0; at < ITEMS.length; at++) ITEMS[at] = new Item(at);
  }

  private Targets() {}

  static final class Base {
    static int run(int n, int x) {
      int state = x;
      for (int i = 0; i < n; i++) {
        state ^= state << 13;
        state ^= state >>> 17;
        state ^= state << 5;
      }
      return state;
    }
  }

  static final class Again {
    static int run(int n, int x) {
      int state = x;
      for (int i = 0; i < n; i++) {
        state ^= state << 13;
        state ^= state >>> 17;
        state ^= state << 5;
      }
      return state;
    }
  }

  static final class ConditionFalse {
    static int run(int n, int x) {
      int state = x;
      for (int i = 0; i < n; i++) {
        state ^= state << 13; // PROBE ConditionFalse
        state ^= state >>> 17;
        state ^= state << 5;
      }
      return state;
    }
  }

  static final class Counted {
    static int run(int n, int x) {
      int state = x;
      for (int i = 0; i < n; i++) {
        state ^= state << 13; // PROBE Counted
        state ^= state >>> 17;
        state ^= state << 5;
      }
      return state;
    }
  }

  static final class Count {
    static int run(int n, int x) {
      int state = x;
      for (int i = 0; i < n; i++) {
        state ^= state << 13; // PROBE Count
        state ^= state >>> 17;
        state ^= state << 5;
      }
      return state;
    }
  }

  static final class OverQuota {
    static int run(int n, int x) {
      int state = x;
      for (int i = 0; i < n; i++) {
        state ^= state << 13; // PROBE OverQuota
        state ^= state >>> 17;
        state ^= state << 5;
      }
      return state;
    }
  }

  static final class Log {
    static int run(int n, int x) {
      int state = x;
      for (int i = 0; i < n; i++) {
        state ^= state << 13; // PROBE Log
        state ^= state >>> 17;
        state ^= state << 5;
      }
      return state;
    }
  }

  static final class Removed {
    static int run(int n, int x) {
      int state = x;
      for (int i = 0; i < n; i++) {
        state ^= state << 13; // PROBE Removed
        state ^= state >>> 17;
        state ^= state << 5;
      }
      return state;
    }
  }

  static final class Cold {
    static int run(int n, int x) {
      int state = x;
      for (int i = 0; i < n; i++) {
        state ^= state << 13;
        state ^= state >>> 17;
        state ^= state << 5;
        if (state == 0) {
          state = 1; // PROBE Cold
        }
      }
      return state;
    }
  }

  static final class ConditionFailed {
    static int run(int n, int x) {
      Item item = none;
      int state = x;
      for (int i = 0; i < n; i++) {
        state ^= state << 13; // PROBE ConditionFailed
        state ^= state >>> 17;
        state ^= state << 5;
      }
      return item == null ? state : item.seed;
    }
  }

  static final class FieldBase {
    static int run(int n, int x) {
      int state = x;
      for (int i = 0; i < n; i++) {
        Item item = ITEMS[state & 63];
        state ^= state << 13 | item.seed & 1;
        state ^= state >>> 17;
        state ^= state << 5 | 1;
      }
      return state;
    }
  }

  static final class Field {
    static int run(int n, int x) {
      int state = x;
      for (int i = 0; i < n; i++) {
        Item item = ITEMS[state & 63];
        state ^= state << 13 | item.seed & 1; // PROBE Field
        state ^= state >>> 17;
        state ^= state << 5 | 1;
      }
      return state;
    }
  }

  static final class Calls {
    static int run(int n, int x) {
      int state = x;
      for (int i = 0; i < n; i++) {
        state = step(state);
      }
      return state;
    }

    static int step(int state) {
      state ^= state << 13;
      state ^= state >>> 17;
      return state ^ state << 5;
    }
  }

  static final class Timed {
    static int run(int n, int x) {
      int state = x;
      for (int i = 0; i < n; i++) {
        state = step(state);
      }
      return state;
    }

    static int step(int state) {
      state ^= state << 13;
      state ^= state >>> 17;
      return state ^ state << 5;
    }
  }

  /** Ten locals: n x order rows item name price isNew state i. */
  static final class CaptureBase {
    static int run(int n, int x) {
      Order order = ORDER;
      List<Object> rows = ROWS;
      Item item = ITEMS[5];
      String name = "checkout";
      double price = 129.9;
      boolean isNew = n > 0;
      int state = x;
      for (int i = 0; i < n; i++) {
        state ^= state << 13;
        state ^= state >>> 17;
        state ^= state << 5;
      }
      int used = order.number + rows.size() + item.seed + name.length() + (int) price;
      return isNew ? state + used : 0;
    }
  }

  /** Ten locals: n x order rows item name price isNew state i. */
  static final class Capture {
    static int run(int n, int x) {
      Order order = ORDER;
      List<Object> rows = ROWS;
      Item item = ITEMS[5];
      String name = "checkout";
      double price = 129.9;
      boolean isNew = n > 0;
      int state = x;
      for (int i = 0; i < n; i++) {
        state ^= state << 13; // PROBE Capture
        state ^= state >>> 17;
        state ^= state << 5;
      }
      int used = order.number + rows.size() + item.seed + name.length() + (int) price;
      return isNew ? state + used : 0;
    }
  }

  /** Ten locals: n x order rows item name price isNew state i. */
  static final class CaptureStack {
    static int run(int n, int x) {
      Order order = ORDER;
      List<Object> rows = ROWS;
      Item item = ITEMS[5];
      String name = "checkout";
      double price = 129.9;
      boolean isNew = n > 0;
      int state = x;
      for (int i = 0; i < n; i++) {
        state ^= state << 13; // PROBE CaptureStack
        state ^= state >>> 17;
        state ^= state << 5;
      }
      int used = order.number + rows.size() + item.seed + name.length() + (int) price;
      return isNew ? state + used : 0;
    }
  }
}
