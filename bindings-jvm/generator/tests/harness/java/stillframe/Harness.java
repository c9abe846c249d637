// Loads generated classes as the bridge would and calls them.
//
// Knows cases as lines of text: a number, the descriptor of `hit`, the class in hexadecimal digits,
// its data as indices of classes, and its arguments. Invariant: each case has one line of output.

package java.stillframe;

import java.lang.annotation.Annotation;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

public final class Harness {
  private Harness() {}

  public static void main(String[] args) throws Throwable {
    Class<?>[] classes = new Class<?>[args.length - 2];
    for (int index = 0; index < classes.length; index++) {
      ClassLoader loader = ClassLoader.getSystemClassLoader();
      classes[index] = Class.forName(args[index + 2], true, loader);
    }
    if (args[0].equals("describe")) {
      for (Class<?> type : classes) {
        describe(type, java.util.Arrays.asList(classes));
      }
      return;
    }
    for (String line : Files.readAllLines(Path.of(args[1]))) {
      System.out.println(check(line.split("\t", -1), classes));
    }
  }

  private static void describe(Class<?> type, List<Class<?>> all) {
    int parent = all.indexOf(type.getSuperclass());
    String name = type.descriptorString();
    System.out.println("class\t" + type.getName() + "\t" + name + "\t" + parent);
    for (Field field : type.getDeclaredFields()) {
      boolean isStatic = Modifier.isStatic(field.getModifiers());
      long offset =
          isStatic ? Memory.U.staticFieldOffset(field) : Memory.U.objectFieldOffset(field);
      String type1 = Arguments.signature(field.getGenericType());
      String kind = isStatic ? "static" : "field";
      System.out.println(kind + "\t" + field.getName() + "\t" + type1 + "\t" + offset);
    }
    for (Method method : type.getDeclaredMethods()) {
      if (method.getParameterCount() == 0 && !method.isBridge()) {
        System.out.println("method\t" + method.getName() + "\t" + read(type, method));
      }
    }
  }

  /** The field that a method returns and nothing else, as annotations say; else empty. */
  private static String read(Class<?> type, Method method) {
    boolean isRead = type.isRecord(), isRun = false;
    for (Annotation mark : method.getAnnotations()) {
      isRead |= mark.annotationType().getSimpleName().equals("Read");
      isRun |= mark.annotationType().getSimpleName().equals("Runs");
    }
    String name = method.getName();
    if (name.equals("getMessage")) {
      return type == Throwable.class ? "detailMessage" : "";
    }
    isRead |= type == Enum.class;
    String bare = name.startsWith("get") ? name.substring(3) : name.replaceFirst("^is", "");
    bare = bare.isEmpty() ? name : Character.toLowerCase(bare.charAt(0)) + bare.substring(1);
    for (Field field : type.getDeclaredFields()) {
      if (isRead && !isRun && (field.getName().equals(bare) || field.getName().equals(name))) {
        return field.getName();
      }
    }
    return "";
  }

  /** Numbers the case and says what came of it. */
  private static String check(String[] parts, Class<?>[] classes) {
    try {
      int token = Integer.parseInt(parts[0]);
      String[] wanted = parts[3].isEmpty() ? new String[0] : parts[3].split(",");
      Object[] data = new Object[wanted.length];
      for (int index = 0; index < data.length; index++) {
        data[index] = classes[Integer.parseInt(wanted[index])];
      }
      if (Bridge.data.length <= token) {
        Bridge.data = java.util.Arrays.copyOf(Bridge.data, token * 2 + 1, Object[][].class);
      }
      Bridge.data[token] = data;
      MethodHandles.Lookup own = MethodHandles.lookup();
      Class<?> probe = own.defineHiddenClass(Arguments.hex(parts[2]), true).lookupClass();
      MethodType type = MethodType.fromMethodDescriptorString(parts[1], null);
      MethodHandle hit = own.findStatic(probe, "hit", type);
      List<Object> given = new ArrayList<>();
      for (int index = 5; index < parts.length; index++) {
        Object value = Arguments.read(parts[index]);
        boolean isAll = parts[index].startsWith("*");
        given.addAll(java.util.Arrays.asList(isAll ? (Object[]) value : new Object[] {value}));
      }
      return parts[0] + "\t" + call(hit, given, parts[4]);
    } catch (Throwable raised) {
      return parts[0] + "\traised " + raised.toString().split("\n")[0];
    }
  }

  /** How often code of the application ran, where its classes count that. */
  private static int ran() throws ReflectiveOperationException {
    try {
      ClassLoader loader = ClassLoader.getSystemClassLoader();
      Field counter = Class.forName("shop.Shapes", true, loader).getDeclaredField("ran");
      counter.setAccessible(true);
      return counter.getInt(null);
    } catch (ClassNotFoundException absent) {
      return 0;
    }
  }

  private static String call(MethodHandle hit, List<Object> given, String mode) throws Throwable {
    Bridge.reset();
    Bridge.isFull = mode.equals("full");
    Bridge.isBroken = mode.equals("broken");
    int before = ran();
    Object kept = hit.invokeWithArguments(given);
    if (ran() != before) {
      return "ran code of the application";
    }
    List<Object> seen = Writer.written;
    if (Bridge.handed != null) {
      seen = java.util.Arrays.asList(Bridge.handed);
    }
    boolean isTimed = kept instanceof Long;
    // What the frame keeps comes before the locals.
    List<Object> locals = isTimed ? given.subList(1, given.size()) : given;
    boolean isHanded = !isTimed || Bridge.handed != null;
    boolean isSeen = Bridge.outcome.equals("false") || mode.length() > 0 || !isHanded;
    if (!isSeen && !Arguments.areSame(seen, locals)) {
      return Bridge.outcome + " of strange locals " + seen.size();
    }
    String keeps = isTimed ? " keeps " + kept : "";
    return Bridge.outcome + (Bridge.falses > 0 ? " counted" : "") + keeps + "\t" + Bridge.site;
  }
}
