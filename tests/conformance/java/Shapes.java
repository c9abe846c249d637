// Classes whose objects the vectors of Java hold: fields, getters that only read, and methods that must
// not run.
//
// Knows no case. A method marked @Read returns a field and does nothing else, so that a condition may
// read it; one marked @Runs counts when it runs, which conditions must not let happen.

package shop;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Counts what ran of the application. */
final class Shapes {
  static int ran;

  private Shapes() {}

  @Retention(RetentionPolicy.RUNTIME)
  @interface Read {}

  @Retention(RetentionPolicy.RUNTIME)
  @interface Runs {}

  /** Lists within each other. */
  static List<Object> nested(int depth) {
    List<Object> list = new ArrayList<>();
    if (depth > 0) list.add(nested(depth - 1));
    return list;
  }

  static <T> T runs(T value) {
    ran++;
    return value;
  }
}

enum Status {
  OPEN(10),
  PAID(20),
  CLOSED(30);

  static final int LIMIT = 3;
  static Status last = CLOSED;
  final int code;

  Status(int code) {
    this.code = code;
  }

  @Shapes.Read
  int code() {
    return code;
  }
}

record Point(int x, int y) {}

/** A record's accessor that computes. */
record Range(int low, int high) {
  @Override
  @Shapes.Runs
  public int low() {
    return Shapes.runs(low);
  }
}

class Item {
  final String name;
  private final double price;
  private final boolean free;

  Item(String name, double price) {
    this.name = name;
    this.price = price;
    this.free = price == 0;
  }

  @Shapes.Read
  String getName() {
    return name;
  }

  @Shapes.Read
  double getPrice() {
    return price;
  }

  @Shapes.Read
  boolean isFree() {
    return free;
  }
}

class User {
  static final String ROOT = "root";
  private final String name;
  private final String password = "hunter2";
  final int age;

  User(String name, int age) {
    this.name = name;
    this.age = age;
  }

  @Shapes.Read
  String getName() {
    return name;
  }

  @Shapes.Read
  String getPassword() {
    return password;
  }
}

class Cart {
  final int id;
  long total;
  Integer discount;
  Status status = Status.OPEN;
  User owner;
  Cart next;
  final List<Item> items = new ArrayList<>();
  final Map<String, Integer> counts = new HashMap<>();
  final int[] sizes = {3, 4};

  Cart(int id, long total) {
    this.id = id;
    this.total = total;
  }

  Cart(int id, long total, User owner) {
    this(id, total);
    this.owner = owner;
  }

  @Shapes.Read
  int getId() {
    return id;
  }

  @Shapes.Read
  long total() {
    return total;
  }

  @Shapes.Read
  User owner() {
    return owner;
  }

  @Shapes.Runs
  long getDouble() {
    return Shapes.runs(2 * total);
  }

  @Shapes.Runs
  int size() {
    return Shapes.runs(items.size());
  }
}

/** Equality of its own, which is application code. */
class Money {
  final long cents;

  Money(long cents) {
    this.cents = cents;
  }

  @Override
  @Shapes.Runs
  public boolean equals(Object other) {
    return Shapes.runs(other instanceof Money && ((Money) other).cents == cents);
  }

  @Override
  public int hashCode() {
    return Shapes.runs(1);
  }

  @Override
  public String toString() {
    return Shapes.runs("money");
  }
}

class Animal {
  final String name = "animal";
  final int legs = 4;
}

class Dog extends Animal {
  final String name = "dog";
}

class Failure extends RuntimeException {
  final int code;

  Failure(String message, int code) {
    super(message);
    this.code = code;
  }
}

/** A list of the application, whose methods are its own. */
class Stack extends ArrayList<Integer> {
  @Override
  @Shapes.Runs
  public int size() {
    return Shapes.runs(super.size());
  }

  @Override
  public boolean contains(Object item) {
    return Shapes.runs(super.contains(item));
  }
}

class Holder {
  final Optional<String> name = Optional.of("ann");
}
