// A cart with a field of every type.
//
// Knows items. Invariant: its methods would be noticed if they ran.

package shop;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

public class Cart {
  static int total = 40;
  static final String SHOP = "corner";
  private int amount = 12;
  private long weight = 1L << 40;
  private double price = 9.5;
  private float rate = 0.25f;
  private boolean open = true;
  private byte small = -3;
  private short middle = 300;
  private char grade = 'b';
  private String name = "ann";
  private Integer boxed = 7;
  private Long none;
  private Status status = Status.OPEN;
  private User user = new User(7);
  private User nobody;
  private int[] counts = {1, 2, 3};
  private Item[] lines = {new Item("pen", 3), null};
  private List<Item> items = new ArrayList<>();
  private Map<String, Object> tags = new HashMap<>();
  private Optional<String> note = Optional.of("gift");
  private Object any = "text";
  private Runnable task;

  Cart() {
    items.add(new Item("pen", 3));
    tags.put("k", 5);
    tags.put("color", "red");
    tags.put("nothing", null);
  }

  @Read
  int getAmount() {
    return amount;
  }

  @Override
  public boolean equals(Object other) {
    throw new IllegalStateException("the application's equals ran");
  }

  @Override
  public int hashCode() {
    throw new IllegalStateException("the application's hashCode ran");
  }
}
