// The least that a class of an application has. Its name is replaced by others as long.

package bench;

class Simple {
  /** One was made, and its code has run. */
  static final String MADE = new Simple("made").toString();

  private final String name;

  Simple(String name) {
    this.name = name;
  }

  @Override
  public String toString() {
    return name;
  }
}
