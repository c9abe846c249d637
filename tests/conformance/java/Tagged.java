// Writes values as the vectors have them (README.md in the folder above), and what an expression came
// to.
//
// Knows the classes of Shapes by their annotations and no case.

package shop;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Date;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** One case: its variables, then its outcome, as a line of JSON. */
final class Tagged {
  private final StringBuilder vars = new StringBuilder();
  /** Objects with an identity that variables of the case hold, by their names. */
  private static final Set<Class<?>> PLAIN =
      Set.of(
          BigDecimal.class,
          BigInteger.class,
          LocalDate.class,
          LocalTime.class,
          LocalDateTime.class,
          Instant.class,
          Duration.class,
          OffsetDateTime.class,
          UUID.class,
          Date.class);
  private static final Map<Object, String> KNOWN = new IdentityHashMap<>();
  private String outcome = "null";

  Tagged() {
    KNOWN.clear();
  }

  void var(String name, Object value) {
    if (vars.length() > 0) vars.append(", ");
    vars.append(quoted(name)).append(": ").append(of(value, 0));
    boolean isShape = value != null && value.getClass().getName().startsWith("shop.");
    boolean shares = isShape && !(value instanceof Enum) || value instanceof Collection
        || value instanceof Map || value != null && value.getClass().isArray();
    if (shares) KNOWN.putIfAbsent(value, name);
    Shapes.ran = 0;
  }

  void value(Object value) {
    KNOWN.clear();
    outcome = "{\"value\": " + result(value) + "}";
  }

  void error(Throwable error) throws Throwable {
    String word;
    if (error instanceof ArithmeticException) word = "zero_division";
    else if (error instanceof NullPointerException) word = "of_null";
    else if (error instanceof IndexOutOfBoundsException) word = "no_index";
    else if (error instanceof ClassCastException) word = "types";
    else if (error instanceof NoSuchElementException) word = "unset";
    else throw error;
    outcome = "{\"error\": " + quoted(word) + "}";
  }

  String line() {
    return "[{" + vars + "}, " + outcome + ", " + Shapes.ran + "]";
  }

  /** Of an object, its type alone; what computes as an int is one. */
  private static String result(Object value) {
    if (value instanceof Byte || value instanceof Short) return of(((Number) value).intValue(), 0);
    if (value instanceof Enum) return object("{\"type\": " + quoted(name(value)) + "}");
    String tagged = of(value, 0);
    boolean isObject = tagged.startsWith("{\"object\"");
    return isObject ? object("{\"type\": " + quoted(name(value)) + "}") : tagged;
  }

  private static String object(String inside) {
    return "{\"object\": " + inside + "}";
  }

  private static String name(Object value) {
    return value.getClass().getSimpleName();
  }

  static String of(Object value, int depth) {
    if (depth > 40) throw new IllegalStateException("too deep");
    if (value == null || value instanceof Boolean) return String.valueOf(value);
    if (value instanceof Byte) return number("int8", value);
    if (value instanceof Short) return number("int16", value);
    if (value instanceof Integer) return number("int32", value);
    if (value instanceof Long) return number("int", value);
    if (value instanceof Float) return number("float32", Float.toHexString((Float) value));
    if (value instanceof Double) return number("float", Double.toHexString((Double) value));
    if (value instanceof Character) return "{\"char\": " + (int) (Character) value + "}";
    if (value instanceof String) return text((String) value);
    if (KNOWN.containsKey(value)) return "{\"var\": " + quoted(KNOWN.get(value)) + "}";
    if (value.getClass().isArray()) return array(value, depth);
    if (value instanceof Enum) return constant((Enum<?>) value, depth);
    if (value instanceof Optional) {
      return "{\"optional\": " + of(((Optional<?>) value).orElse(null), depth + 1) + "}";
    }
    if (PLAIN.contains(value.getClass())) return plain(value);
    boolean own = value.getClass().getName().startsWith("shop.");
    if (!own && value instanceof List) return items("list", (List<?>) value, depth);
    if (!own && value instanceof Set) return items("set", (Set<?>) value, depth);
    if (!own && value instanceof Map) return entries((Map<?, ?>) value, depth);
    return instance(value, depth);
  }

  /** What stands for one value, by its class and its text. */
  private static String plain(Object value) {
    Object text = value instanceof Date ? ((Date) value).toInstant() : value;
    String type = quoted(value.getClass().getSimpleName());
    return "{\"known\": {\"type\": " + type + ", \"text\": " + quoted(text.toString()) + "}}";
  }

  private static String number(String tag, Object value) {
    return "{" + quoted(tag) + ": " + quoted(String.valueOf(value)) + "}";
  }

  private static String text(String value) {
    for (int at = 0; at < value.length(); at++) {
      if (Character.isSurrogate(value.charAt(at)) && value.codePointAt(at) < 0x10000) {
        List<Integer> units = new ArrayList<>();
        value.chars().forEach(units::add);
        return "{\"units\": " + units + "}";
      }
      if (Character.isHighSurrogate(value.charAt(at))) at++;
    }
    return "{\"str\": " + quoted(value) + "}";
  }

  private static String array(Object array, int depth) {
    List<String> items = new ArrayList<>();
    for (int at = 0; at < Array.getLength(array); at++) {
      items.add(of(Array.get(array, at), depth + 1));
    }
    String of = array.getClass().getComponentType().getSimpleName();
    return "{\"array\": " + items + ", \"of\": " + quoted(of) + "}";
  }

  /** Of more elements than are worth writing out, all are the first. */
  private static String items(String tag, Collection<?> all, int depth) {
    if (all.size() > 1000) {
      String first = of(all.iterator().next(), depth + 1);
      return "{\"times\": [{" + quoted(tag) + ": [" + first + "]}, " + all.size() + "]}";
    }
    List<String> items = new ArrayList<>();
    for (Object item : all) items.add(of(item, depth + 1));
    // The JDK's own order of a set differs from run to run.
    if (all instanceof Set) Collections.sort(items);
    return "{" + quoted(tag) + ": " + items + "}";
  }

  private static String entries(Map<?, ?> map, int depth) {
    List<String> entries = new ArrayList<>();
    map.forEach((key, value) -> entries.add(
        "[" + of(key, depth + 1) + ", " + of(value, depth + 1) + "]"));
    Collections.sort(entries);
    return "{\"dict\": " + entries + "}";
  }

  private static String constant(Enum<?> constant, int depth) {
    return "{\"enum\": {\"type\": " + quoted(constant.getDeclaringClass().getSimpleName())
        + ", \"name\": " + quoted(constant.name()) + ", \"ordinal\": " + constant.ordinal()
        + ", \"fields\": " + fields(constant, depth) + "}}";
  }

  private static String instance(Object value, int depth) {
    Class<?> actual = value.getClass();
    List<String> parts = new ArrayList<>();
    parts.add("\"type\": " + quoted(name(value)));
    parts.add("\"fields\": " + fields(value, depth));
    List<String> runs = new ArrayList<>();
    for (Method method : methods(actual)) {
      boolean isCalled = method.isAnnotationPresent(Shapes.Runs.class);
      if (isCalled && method.getParameterCount() == 0) runs.add(quoted(method.getName() + "()"));
    }
    if (!runs.isEmpty()) parts.add("\"needs_code\": " + runs);
    if (overridesEquals(actual)) parts.add("\"overrides\": [\"equals\"]");
    List<String> bases = new ArrayList<>();
    for (Class<?> base = actual.getSuperclass(); base != Object.class; base = base.getSuperclass()) {
      bases.add(quoted(base.getSimpleName()));
    }
    if (!bases.isEmpty()) parts.add("\"bases\": " + bases);
    return object("{" + String.join(", ", parts) + "}");
  }

  private static boolean overridesEquals(Class<?> type) {
    try {
      return type.getMethod("equals", Object.class).getDeclaringClass() != Object.class;
    } catch (NoSuchMethodException error) {
      throw new IllegalStateException(error);
    }
  }

  private static List<Method> methods(Class<?> type) {
    List<Method> methods = new ArrayList<>();
    for (Class<?> at = type; at != null; at = at.getSuperclass()) {
      if (!at.getName().startsWith("shop.")) continue;
      for (Method method : at.getDeclaredMethods()) if (!method.isBridge()) methods.add(method);
    }
    methods.sort((a, b) -> a.getName().compareTo(b.getName()));
    return methods;
  }

  /** Fields, and methods that only read one. */
  private static String fields(Object value, int depth) {
    StringBuilder out = new StringBuilder();
    try {
      List<String> seen = new ArrayList<>();
      for (Class<?> at = value.getClass(); at != null; at = at.getSuperclass()) {
        if (!at.getName().startsWith("shop.")) continue;
        for (Field field : at.getDeclaredFields()) {
          if (Modifier.isStatic(field.getModifiers())) continue;
          boolean isHidden = seen.contains(field.getName());
          seen.add(field.getName());
          field.setAccessible(true);
          String name = isHidden ? at.getSimpleName() + "." + field.getName() : field.getName();
          add(out, name, of(field.get(value), depth + 1));
        }
      }
      for (Method method : methods(value.getClass())) {
        boolean isAccessor = value.getClass().isRecord() && method.getParameterCount() == 0
            && seen.contains(method.getName()) && !method.isAnnotationPresent(Shapes.Runs.class);
        if (!isAccessor && !method.isAnnotationPresent(Shapes.Read.class)) continue;
        method.setAccessible(true);
        add(out, method.getName() + "()", of(method.invoke(value), depth + 1));
      }
      if (value instanceof Throwable) {
        add(out, "getMessage()", of(((Throwable) value).getMessage(), depth + 1));
      }
    } catch (ReflectiveOperationException error) {
      throw new IllegalStateException(error);
    }
    return "{" + out + "}";
  }

  private static void add(StringBuilder out, String name, String tagged) {
    if (out.length() > 0) out.append(", ");
    out.append(quoted(name)).append(": ").append(tagged);
  }

  /** The constants of a class, as a case that names it sees them. */
  static String statics(Class<?> type) {
    StringBuilder out = new StringBuilder();
    try {
      for (Field field : type.getDeclaredFields()) {
        if (!Modifier.isStatic(field.getModifiers()) || field.isSynthetic()) continue;
        field.setAccessible(true);
        add(out, field.getName(), of(field.get(null), 0));
      }
    } catch (ReflectiveOperationException error) {
      throw new IllegalStateException(error);
    }
    return "{\"class\": " + quoted(type.getSimpleName()) + ", \"statics\": {" + out + "}}";
  }

  static String quoted(String text) {
    StringBuilder out = new StringBuilder("\"");
    for (char unit : text.toCharArray()) {
      if (unit == '"' || unit == '\\') out.append('\\').append(unit);
      else if (unit < ' ' || unit > '~') out.append(String.format("\\u%04x", (int) unit));
      else out.append(unit);
    }
    return out.append('"').toString();
  }
}
