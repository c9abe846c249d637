// The bridge without a native library: what the JVM's own reflection says instead of JVMTI.
//
// Knows a few names of the redaction list. Invariant: it answers as bindings-jvm's Bridge says; only
// that a Field loads its type, which is why the real one does not ask reflection.

package java.stillframe;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

final class Bridge {
  private static final Set<String> REDACTED = Set.of("password", "apikey", "authorization", "cookie",
      "secret", "token");

  /** Names that all captures share, at most so many. */
  private static final List<String> NAMES = new ArrayList<>();
  private static final int MOST_NAMES = Integer.getInteger("stillframe.names", 1 << 14);
  private static final int FIRST = 1 << 15;

  private Bridge() {}

  static synchronized int name(String name) {
    int number = NAMES.indexOf(name);
    if (number < 0 && NAMES.size() < MOST_NAMES) {
      number = NAMES.size();
      NAMES.add(name);
    }
    return number < 0 ? 0 : FIRST + number;
  }

  /** The names that have numbers, in their order. */
  static synchronized List<String> names() {
    return List.copyOf(NAMES);
  }

  static String[] describe(Class<?> type) {
    List<String> found = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    Set<String> shared = new HashSet<>();
    for (Field field : type.getDeclaredFields()) {
      if (!seen.add(field.getName())) shared.add(field.getName());
    }
    for (Field field : type.getDeclaredFields()) {
      String name = field.getName();
      boolean isOuter = name.startsWith("this$") || name.startsWith("val$");
      boolean isLeftOut = Modifier.isStatic(field.getModifiers()) || shared.contains(name)
          || field.isSynthetic() && !isOuter;
      if (!isLeftOut) {
        found.add(name);
        found.add(field.getType().descriptorString());
      }
    }
    return found.toArray(new String[0]);
  }

  static boolean isRedacted(String name) {
    char[] units = new char[name.length()];
    int count = 0;
    for (int at = 0; at < units.length; at++) {
      if (Character.isLetterOrDigit(name.charAt(at))) units[count++] = name.charAt(at);
    }
    return REDACTED.contains(new String(units, 0, count).toLowerCase(Locale.ROOT));
  }
}
