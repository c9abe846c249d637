// What the first hit of a probe costs its thread: nothing that our thread could have done before.

package dev.stillframe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.management.ClassLoadingMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FirstHitTest {
  private static final ClassLoadingMXBean CLASSES = ManagementFactory.getClassLoadingMXBean();

  @BeforeEach
  void anew() {
    Placed.anew();
  }

  @Test
  void theMachineMakesNoClassesForIt() throws Exception {
    // No other test has a call with variables of these types.
    Place place =
        Place.of(
            "public class First implements Runnable {\n"
                + "  public First() {}\n  static int n;\n"
                + "  static int work(byte a, float b, long[] c, boolean d, short e, char f) {\n"
                + "    return n += a + e; //: here\n"
                + "  }\n"
                + "  @Override public void run() {\n"
                + "    work((byte) 1, 2, null, true, (short) 3, 'f');\n"
                + "  }\n"
                + "}\n");
    Runnable work =
        place.type().asSubclass(Runnable.class).getDeclaredConstructor().newInstance();
    work.run();
    for (String condition : new String[] {"n > 1000", "n > 0"}) {
      try (Placed placed = Placed.on(Probe.at(place.at("here")).condition(condition))) {
        // Whoever counts must not be what is counted.
        CLASSES.getTotalLoadedClassCount();
        long before = CLASSES.getTotalLoadedClassCount();
        work.run();
        assertEquals(before, CLASSES.getTotalLoadedClassCount(), condition);
        assertEquals(condition.endsWith(" 0") ? 1 : 0, placed.count("captured"));
      }
    }
  }
}
