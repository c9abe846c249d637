// The least that a class of an application has. Its name is replaced by others as long.

package bench;

class Simple {
  private final String name;

  Simple(String name) {
    this.name = name;
  }

  @Override
  public String toString() {
    return name;
  }
}
