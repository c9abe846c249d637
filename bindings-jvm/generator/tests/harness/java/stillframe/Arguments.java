// Arguments of a case, as they stand in its line: a letter for the type, then the value.
//
// Knows the letters; `@` is a method of the application's samples, `*` one that makes all arguments.
// Invariant: a value is in the box of its type.

package java.stillframe;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.List;

final class Arguments {
  private Arguments() {}

  static byte[] hex(String text) {
    byte[] bytes = new byte[text.length() / 2];
    for (int index = 0; index < bytes.length; index++) {
      bytes[index] = (byte) Integer.parseInt(text.substring(index * 2, index * 2 + 2), 16);
    }
    return bytes;
  }

  static Object read(String text) throws Throwable {
    String value = text.substring(1);
    switch (text.charAt(0)) {
      case 'Z': return value.equals("1");
      case 'B': return Byte.parseByte(value);
      case 'S': return Short.parseShort(value);
      case 'C': return (char) Integer.parseInt(value);
      case 'I': return Integer.parseInt(value);
      case 'J': return Long.parseLong(value);
      case 'F': return Float.intBitsToFloat((int) Long.parseLong(value, 16));
      case 'D': return Double.longBitsToDouble(Long.parseUnsignedLong(value, 16));
      case '"': return value;
      case 'N': return null;
      default: return sample(value);
    }
  }

  private static Object sample(String name) throws Throwable {
    Class<?> samples = Class.forName("shop.Samples", true, ClassLoader.getSystemClassLoader());
    return samples.getMethod(name).invoke(null);
  }

  /** A type as class files have it, with its arguments. */
  static String signature(Type type) {
    if (type instanceof Class) {
      return ((Class<?>) type).descriptorString();
    }
    if (!(type instanceof ParameterizedType)) {
      return "Ljava/lang/Object;";
    }
    ParameterizedType whole = (ParameterizedType) type;
    String text = signature(whole.getRawType());
    StringBuilder out = new StringBuilder(text.substring(0, text.length() - 1)).append('<');
    for (Type one : whole.getActualTypeArguments()) {
      out.append(signature(one));
    }
    return out.append(">;").toString();
  }

  /** Whether all are of the same class and value. */
  static boolean areSame(List<Object> one, List<Object> two) {
    if (one.size() != two.size()) {
      return false;
    }
    for (int index = 0; index < one.size(); index++) {
      Object a = one.get(index), b = two.get(index);
      boolean isBox = a instanceof Number || a instanceof Character || a instanceof Boolean;
      if (a != b && !(isBox && b != null && a.getClass() == b.getClass() && a.equals(b))) {
        return false;
      }
    }
    return true;
  }
}
