// What conditions do with objects that are known only when they are there: equality, strings, boxes,
// and the JDK's own collections.
//
// Knows the meaning of Java's conditions as the core's machine has it. Invariant: each answer is the
// machine's, or says that it takes the slow path: -1 where an answer is not negative, UNKNOWN where it
// is any number, SLOW where it is an object. Nothing of the application runs: a key is asked for its
// hash and its equality, and keys are strings and boxes of the JDK.

package java.stillframe;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

final class Values {
  /** The answer of what returns an object and does not know. */
  static final Object SLOW = new Object();
  /** The answer of what returns any number and does not know. */
  static final int UNKNOWN = Integer.MIN_VALUE;

  /** Units of a string, or steps of a search, that are worth their time on a hit. */
  private static final int MOST_UNITS = 1 << 16;
  private static final int MOST_ELEMENTS = 1 << 10;
  private static final int NONE = 0, INT = 1, CHAR = 2, LONG = 3, FLOAT = 4, DOUBLE = 5, BOOLEAN = 6;

  private static final long ACCESS_ORDER = Memory.offset(LinkedHashMap.class, "accessOrder");
  private static final Class<?> MAP_N = named("ImmutableCollections$MapN");
  private static final Class<?> MAP_1 = named("ImmutableCollections$Map1");
  private static final Class<?> LIST_N = named("ImmutableCollections$ListN");
  private static final Class<?> LIST_12 = named("ImmutableCollections$List12");
  private static final Class<?> SET_N = named("ImmutableCollections$SetN");
  private static final Class<?> SET_12 = named("ImmutableCollections$Set12");
  private static final Class<?> ARRAYS_LIST = named("Arrays$ArrayList");
  private static final Class<?> EMPTY_LIST = named("Collections$EmptyList");
  private static final Class<?> EMPTY_MAP = named("Collections$EmptyMap");
  private static final Class<?> EMPTY_SET = named("Collections$EmptySet");

  private static final Class<?> SHOWN = named("Collections$UnmodifiableCollection");
  private static final Class<?> SHOWN_LIST = named("Collections$UnmodifiableList");
  private static final Class<?> SHOWN_ARRAY = named("Collections$UnmodifiableRandomAccessList");
  private static final Class<?> SHOWN_SET = named("Collections$UnmodifiableSet");
  private static final Class<?> SHOWN_MAP = named("Collections$UnmodifiableMap");
  private static final long SHOWN_FIELD = Memory.offset(SHOWN, "c");
  private static final long SHOWN_MAP_FIELD = Memory.offset(SHOWN_MAP, "m");

  private Values() {}

  private static Class<?> named(String name) {
    return Memory.named("java.util.".concat(name));
  }

  /** What kind of number a box holds; bytes and shorts compute as ints. */
  private static int kind(Class<?> type) {
    if (type == Integer.class) {
      return INT;
    }
    if (type == Long.class) {
      return LONG;
    }
    if (type == Double.class) {
      return DOUBLE;
    }
    if (type == Boolean.class) {
      return BOOLEAN;
    }
    if (type == Character.class) {
      return CHAR;
    }
    if (type == Float.class) {
      return FLOAT;
    }
    return type == Short.class || type == Byte.class ? INT : NONE;
  }

  private static long integer(Object box, int kind) {
    return kind == CHAR ? ((Character) box).charValue() : ((Number) box).longValue();
  }

  private static float single(Object box, int kind) {
    return kind == FLOAT ? ((Float) box).floatValue() : integer(box, kind);
  }

  private static double wide(Object box, int kind) {
    if (kind == DOUBLE) {
      return ((Double) box).doubleValue();
    }
    return kind == FLOAT ? ((Float) box).floatValue() : integer(box, kind);
  }

  private static int bit(boolean answer) {
    return answer ? 1 : 0;
  }

  /** {@code a == b} as conditions have it. */
  static int equal(Object a, Object b) {
    if (a == null || b == null) {
      return bit(a == b);
    }
    Class<?> one = a.getClass(), two = b.getClass();
    if (one == String.class && two == String.class) {
      return equalTexts((String) a, (String) b);
    }
    int left = kind(one), right = kind(two);
    if (left != NONE && right != NONE) {
      return equalNumbers(a, left, b, right);
    }
    if (left != NONE || right != NONE) {
      return -1;
    }
    return isPlain(a) && isPlain(b) ? bit(a == b) : -1;
  }

  /** The same where one side is a primitive, in a box. */
  static int equalUnboxed(Object a, Object b) {
    return a == null || b == null ? -1 : equal(a, b);
  }

  /** Whether an object is equal to itself alone, for certain. */
  private static boolean isPlain(Object object) {
    return object.getClass() == String.class
        || !(object instanceof Number || object instanceof CharSequence
            || object instanceof byte[] || object instanceof char[]);
  }

  private static int equalTexts(String a, String b) {
    if (a.length() != b.length()) {
      return 0;
    }
    return a.length() > MOST_UNITS ? -1 : bit(a.equals(b));
  }

  private static int equalNumbers(Object a, int left, Object b, int right) {
    if (left == BOOLEAN || right == BOOLEAN) {
      boolean both = left == right;
      return both ? bit(((Boolean) a).booleanValue() == ((Boolean) b).booleanValue()) : -1;
    }
    if (left == DOUBLE || right == DOUBLE) {
      return bit(wide(a, left) == wide(b, right));
    }
    if (left == FLOAT || right == FLOAT) {
      return bit(single(a, left) == single(b, right));
    }
    return bit(integer(a, left) == integer(b, right));
  }

  /** {@code a < b} of numbers in boxes. */
  static int less(Object a, Object b) {
    return ordered(a, b, false);
  }

  static int lessOrEqual(Object a, Object b) {
    return ordered(a, b, true);
  }

  private static int ordered(Object a, Object b, boolean orEqual) {
    int left = a == null ? NONE : kind(a.getClass()), right = b == null ? NONE : kind(b.getClass());
    if (left == NONE || right == NONE || left == BOOLEAN || right == BOOLEAN) {
      return -1;
    }
    if (left == DOUBLE || right == DOUBLE) {
      double x = wide(a, left), y = wide(b, right);
      return bit(x < y || (orEqual && x == y));
    }
    if (left == FLOAT || right == FLOAT) {
      float x = single(a, left), y = single(b, right);
      return bit(x < y || (orEqual && x == y));
    }
    long x = integer(a, left), y = integer(b, right);
    return bit(x < y || (orEqual && x == y));
  }

  /** {@code a.equals(b)}. */
  static int equals(Object a, Object b) {
    if (a == null) {
      return -1;
    }
    Class<?> one = a.getClass();
    if (one == String.class) {
      boolean isText = b != null && b.getClass() == String.class;
      return isText ? equalTexts((String) a, (String) b) : 0;
    }
    if (a instanceof Enum) {
      return bit(a == b);
    }
    if (!isExact(a)) {
      return -1;
    }
    if (b == null) {
      return 0;
    }
    // A byte and a short read as an int, so the machine cannot tell them from one.
    boolean isSmall = b.getClass() == Short.class || b.getClass() == Byte.class;
    return isSmall ? -1 : bit(a.equals(b));
  }

  /** Whether a box's own equality is the one that conditions have. */
  private static boolean isExact(Object box) {
    int kind = kind(box.getClass());
    boolean isSmall = box.getClass() == Short.class || box.getClass() == Byte.class;
    return kind != NONE && kind != FLOAT && kind != DOUBLE && !isSmall;
  }

  /** {@code Objects.equals(a, b)}. */
  static int objectsEqual(Object a, Object b) {
    if (a == null || b == null) {
      return bit(a == b);
    }
    return equals(a, b);
  }

  private static boolean isText(Object object) {
    return object != null && object.getClass() == String.class
        && ((String) object).length() <= MOST_UNITS;
  }

  static int equalsIgnoreCase(Object a, Object b) {
    if (!isAscii(a) || (b != null && !isAscii(b))) {
      return -1;
    }
    return bit(((String) a).equalsIgnoreCase((String) b));
  }

  static int startsWith(Object a, Object b) {
    return isText(a) && isText(b) ? bit(((String) a).startsWith((String) b)) : -1;
  }

  static int endsWith(Object a, Object b) {
    return isText(a) && isText(b) ? bit(((String) a).endsWith((String) b)) : -1;
  }

  static int length(Object a) {
    return a != null && a.getClass() == String.class ? ((String) a).length() : -1;
  }

  static int isBlank(Object a) {
    return isText(a) ? bit(((String) a).isBlank()) : -1;
  }

  static int charAt(Object a, int index) {
    int length = length(a);
    return index >= 0 && index < length ? ((String) a).charAt(index) : -1;
  }

  /** Whether one string may be looked for in another: both are, and it takes a bounded time. */
  private static boolean isSearchable(Object a, Object b) {
    return isText(a) && isText(b)
        && ((String) a).length() * (long) ((String) b).length() <= MOST_UNITS * 16L;
  }

  static int indexOf(Object a, Object b) {
    return isSearchable(a, b) ? ((String) a).indexOf((String) b) : -2;
  }

  static int indexOf(Object a, int unit) {
    return isText(a) ? ((String) a).indexOf(unit) : -2;
  }

  static int compareTo(Object a, Object b) {
    if (isText(a) && isText(b)) {
      return ((String) a).compareTo((String) b);
    }
    if (a == null || b == null || a.getClass() != b.getClass() || !isExact(a)) {
      return UNKNOWN;
    }
    if (a instanceof Integer) {
      return ((Integer) a).compareTo((Integer) b);
    }
    if (a instanceof Long) {
      return ((Long) a).compareTo((Long) b);
    }
    if (a instanceof Boolean) {
      return ((Boolean) a).compareTo((Boolean) b);
    }
    return a instanceof Character ? ((Character) a).compareTo((Character) b) : UNKNOWN;
  }

  /** {@code a + b}, one of them a string. What floats are written as depends on the JDK. */
  static Object join(Object a, Object b) {
    boolean isText = isText(a) || isText(b);
    String one = isText ? written(a) : null, two = one == null ? null : written(b);
    if (two == null || one.length() + two.length() > MOST_ELEMENTS) {
      return SLOW;
    }
    return one.concat(two);
  }

  private static String written(Object object) {
    if (object == null) {
      return "null";
    }
    if (object.getClass() == String.class) {
      return (String) object;
    }
    int kind = kind(object.getClass());
    if (kind == BOOLEAN) {
      return ((Boolean) object).booleanValue() ? "true" : "false";
    }
    if (kind == CHAR) {
      return String.valueOf(((Character) object).charValue());
    }
    return kind == INT || kind == LONG ? Long.toString(integer(object, kind)) : null;
  }

  static Object trim(Object a) {
    return isText(a) ? ((String) a).trim() : SLOW;
  }

  static Object strip(Object a) {
    return isText(a) ? ((String) a).strip() : SLOW;
  }

  static Object lower(Object a) {
    return isAscii(a) ? ((String) a).toLowerCase(Locale.ROOT) : SLOW;
  }

  static Object upper(Object a) {
    return isAscii(a) ? ((String) a).toUpperCase(Locale.ROOT) : SLOW;
  }

  /** Whether it is a string whose case no language changes in its own way. */
  private static boolean isAscii(Object a) {
    if (!isText(a) || ((String) a).length() > MOST_ELEMENTS) {
      return false;
    }
    String text = (String) a;
    for (int index = 0; index < text.length(); index++) {
      if (text.charAt(index) >= 0x80) {
        return false;
      }
    }
    return true;
  }

  // Collections. What another thread changes meanwhile may raise, which is the slow path too.

  /** A key that is no constant, if it does not name what is redacted. */
  static Object visible(Object key) {
    return hides(key) ? SLOW : key;
  }

  /** Whether an object may be the name of what stands beside it, and that is redacted. */
  private static boolean hides(Object object) {
    if (object != null && object.getClass() == String.class) {
      return !isText(object) || Bridge.isRedacted((String) object);
    }
    return object instanceof CharSequence || object instanceof byte[] || object instanceof char[];
  }

  /** {@code array[index]}; the second of a pair may be redacted by the name that is the first. */
  static Object element(Object object, int index) {
    if (!(object instanceof Object[])) {
      return SLOW;
    }
    Object[] array = (Object[]) object;
    if (index < 0 || index >= array.length) {
      return SLOW;
    }
    return index == 1 && array.length == 2 && hides(array[0]) ? SLOW : array[index];
  }

  /** A collection that another one only shows. */
  private static Object inner(Object object) {
    for (int depth = 0; depth < 4 && object != null; depth++) {
      Class<?> type = object.getClass();
      boolean isShown = type == SHOWN_LIST || type == SHOWN_ARRAY || type == SHOWN_SET
          || type == SHOWN;
      if (isShown && SHOWN_FIELD != Memory.ABSENT) {
        object = Memory.U.getReference(object, SHOWN_FIELD);
      } else if (type == SHOWN_MAP && SHOWN_MAP_FIELD != Memory.ABSENT) {
        object = Memory.U.getReference(object, SHOWN_MAP_FIELD);
      } else {
        return object;
      }
    }
    return object;
  }

  /** Whether a key's hash and equality are the JDK's. */
  private static boolean isKey(Object key) {
    return key != null && (key.getClass() == String.class ? isText(key) : isExact(key));
  }

  private static Map<?, ?> map(Object shown) {
    Object object = inner(shown);
    if (object == null) {
      return null;
    }
    Class<?> type = object.getClass();
    boolean isKnown = type == HashMap.class || type == ConcurrentHashMap.class || type == MAP_N
        || type == MAP_1 || type == EMPTY_MAP;
    if (type == LinkedHashMap.class) {
      // In the order of access, looking would change the order.
      isKnown = ACCESS_ORDER != Memory.ABSENT && !Memory.U.getBoolean(object, ACCESS_ORDER);
    } else if (type == TreeMap.class) {
      isKnown = ((TreeMap<?, ?>) object).comparator() == null;
    }
    return isKnown ? (Map<?, ?>) object : null;
  }

  private static List<?> list(Object shown) {
    Object object = inner(shown);
    if (object == null) {
      return null;
    }
    Class<?> type = object.getClass();
    boolean isKnown = type == ArrayList.class || type == LIST_N || type == LIST_12
        || type == ARRAYS_LIST || type == CopyOnWriteArrayList.class || type == EMPTY_LIST;
    return isKnown ? (List<?>) object : null;
  }

  /** A set that asks the key, not its elements. */
  private static Set<?> set(Object shown) {
    Object object = inner(shown);
    if (object == null) {
      return null;
    }
    Class<?> type = object.getClass();
    boolean isKnown = type == HashSet.class || type == LinkedHashSet.class || type == SET_N
        || type == EMPTY_SET;
    return isKnown ? (Set<?>) object : null;
  }

  static int size(Object object) {
    try {
      Map<?, ?> map = map(object);
      if (map != null) {
        return map.size();
      }
      Collection<?> all = list(object);
      if (all == null) {
        all = set(object);
      }
      if (all == null && object != null) {
        boolean isKnown = object.getClass() == SET_12 || object.getClass() == LinkedList.class;
        all = isKnown ? (Collection<?>) object : null;
      }
      return all == null ? -1 : all.size();
    } catch (Throwable raised) {
      return -1;
    }
  }

  static int isEmpty(Object object) {
    int length = length(object);
    if (length < 0) {
      length = size(object);
    }
    if (length < 0 && object instanceof Optional) {
      return bit(!((Optional<?>) object).isPresent());
    }
    return length < 0 ? -1 : bit(length == 0);
  }

  static int isPresent(Object object) {
    return object instanceof Optional ? bit(((Optional<?>) object).isPresent()) : -1;
  }

  /** {@code optional.get()}. */
  static Object present(Object object) {
    boolean isThere = isPresent(object) == 1;
    return isThere ? ((Optional<?>) object).get() : SLOW;
  }

  /** {@code map.get(key)}, or {@code list.get(index)}. */
  static Object get(Object object, Object key) {
    try {
      Map<?, ?> map = map(object);
      if (map != null) {
        return isKey(key) ? map.get(key) : SLOW;
      }
      List<?> list = list(object);
      if (list == null || key == null || key.getClass() != Integer.class) {
        return SLOW;
      }
      int index = ((Integer) key).intValue(), size = list.size();
      if (index < 0 || index >= size || (index == 1 && size == 2 && hides(list.get(0)))) {
        return SLOW;
      }
      return list.get(index);
    } catch (Throwable raised) {
      return SLOW;
    }
  }

  static Object getOrDefault(Object object, Object key, Object other) {
    try {
      Map<?, ?> map = map(object);
      if (map == null || !isKey(key)) {
        return SLOW;
      }
      Object found = map.get(key);
      return found != null || map.containsKey(key) ? found : other;
    } catch (Throwable raised) {
      return SLOW;
    }
  }

  static int containsKey(Object object, Object key) {
    try {
      Map<?, ?> map = map(object);
      return map == null || !isKey(key) ? -1 : bit(map.containsKey(key));
    } catch (Throwable raised) {
      return -1;
    }
  }

  /** {@code text.contains(part)}, {@code list.contains(x)}, {@code set.contains(x)}. */
  static int contains(Object object, Object part) {
    if (length(object) >= 0) {
      return isSearchable(object, part) ? bit(((String) object).contains((String) part)) : -1;
    }
    try {
      Collection<?> all = set(object);
      if (all == null) {
        List<?> list = list(object);
        boolean isPair = list != null && list.size() == 2 && hides(list.get(0));
        // A list is searched.
        all = list == null || isPair || list.size() > MOST_ELEMENTS ? null : list;
      }
      return all == null || !isKey(part) ? -1 : bit(all.contains(part));
    } catch (Throwable raised) {
      return -1;
    }
  }
}
