// A probe that was placed. Knows its id only; what comes of it is in `Stillframe.statusJson`.

package dev.stillframe;

/** A placed probe, by which it is taken away again. Closing it any number of times is fine. */
public final class ProbeHandle implements AutoCloseable {
  private final String id;

  ProbeHandle(String id) {
    this.id = id;
  }

  /**
   * By which {@link Stillframe#statusJson()} and the command line call it.
   *
   * @return the id, empty where Stillframe is off
   */
  public String id() {
    return id;
  }

  /** Takes the probe away. One that is gone already is no error. */
  public void remove() {
    if (!id.isEmpty()) {
      Stillframe.remove(id);
    }
  }

  /** The same as {@link #remove()}, for {@code try (…)}. */
  @Override
  public void close() {
    remove();
  }
}
