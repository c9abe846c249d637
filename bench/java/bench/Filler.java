// A class of the size that applications have many of. Its name is replaced by others as long.

package bench;

class Filler {
  /** One was made, and its code has run. */
  static final String MADE = new Filler("made").toString();

  private final String name;
  private int count;

  Filler(String name) {
    this.name = name;
  }

  String name() {
    return name;
  }

  int grow(int by) {
    count += by;
    if (count > 1_000) {
      count = Math.floorMod(count, 1_000);
    }
    return count;
  }

  static String joined(Iterable<?> parts) {
    StringBuilder text = new StringBuilder();
    for (Object part : parts) {
      if (text.length() > 0) text.append(", ");
      text.append(part);
    }
    return text.toString();
  }

  @Override
  public String toString() {
    return name + "=" + count;
  }

  @Override
  public int hashCode() {
    return name.hashCode();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Filler && ((Filler) other).name.equals(name);
  }
}
