// What the bench needs of the native library and the public calls do not offer: a whole specification.

package dev.stillframe;

import java.util.function.Consumer;

/** Places probes by the JSON that the core reads. */
public final class Placing {
  private Placing() {}

  /** Places a probe and returns its id; {@code onSnapshot} may be null. */
  public static String place(String specification, Consumer<String> onSnapshot) {
    Library.bind();
    return Native.probe(specification, onSnapshot);
  }
}
