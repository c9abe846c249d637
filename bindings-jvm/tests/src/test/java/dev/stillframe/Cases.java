// Vectors of conditions and templates as code: a method for each, with its variables, and its line.
//
// Knows how cases are written (tests/conformance/README.md) and nothing of what they expect.

package dev.stillframe;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Cases, and the classes made of them. */
final class Cases {
  /** Methods of one file: what is retransformed at a time. */
  private static final int OF_A_FILE = 20;

  private static final String HEAD =
      "package shop; import java.util.*; @SuppressWarnings(\"all\") class ";

  /** One case: its class and the line that its probe is placed on. */
  record Case(int number, Tree tree, String type, int line) {
    String location() {
      return "shop/" + type + ".java:" + line;
    }
  }

  final List<Case> all = new ArrayList<>();
  private final List<Source> sources = new ArrayList<>();
  private final Map<String, Class<?>> loaded = new java.util.HashMap<>();
  private ClassLoader loader;

  /** Compiles a method for each case; `prefix` keeps classes of several files apart. */
  static Cases compiled(Path folder, String prefix, List<Tree> trees) throws Exception {
    Cases cases = new Cases();
    for (int from = 0; from < trees.size(); from += OF_A_FILE) {
      cases.write(
          prefix + from / OF_A_FILE,
          from,
          trees.subList(from, Math.min(from + OF_A_FILE, trees.size())));
    }
    Path shapes = Vectors.folder().resolve("java/Shapes.java");
    String types = Files.readString(shapes);
    cases.sources.add(new Source("shop", "Shapes", types));
    Source.compile(folder, List.of("-g"), cases.sources.toArray(new Source[0]));
    URL[] urls = {folder.toUri().toURL()};
    cases.loader = new URLClassLoader(urls, Cases.class.getClassLoader());
    // Constants are read of classes that are initialised.
    for (String type :
        List.of("Status", "Point", "Item", "User", "Cart", "Money", "Animal", "Dog", "Failure")) {
      Class.forName("shop." + type, true, cases.loader);
    }
    return cases;
  }

  private void write(String type, int from, List<Tree> trees) {
    List<String> lines = new ArrayList<>(List.of(HEAD + type + " {"));
    for (int at = 0; at < trees.size(); at++) {
      add(lines, type, from + at, trees.get(at));
    }
    lines.add("}\n");
    sources.add(new Source("shop", type, String.join("\n", lines)));
  }

  private void add(List<String> lines, String type, int number, Tree tree) {
    Map<String, Tree> variables = tree.at("vars").entries();
    Tree self = variables.remove("this");
    if (self == null) {
      lines.add("  static int case" + number + "() {");
    } else {
      // Its frame is one of a class with all that the object has.
      String made = self.at("java").text().replaceFirst("new \\w+", "super");
      String name = "This" + number;
      lines.add("  static int case" + number + "() { return new " + name + "().run(); }");
      lines.add("  static class " + name + " extends " + self.at("type").text() + " {");
      lines.add("  " + name + "() { " + made + "; }");
      lines.add("  int run() {");
    }
    variables.forEach((name, variable) -> lines.add("    " + declaration(name, variable)));
    lines.add("    return " + number + ";");
    all.add(new Case(number, tree, type, lines.size()));
    lines.add(self == null ? "  }" : "  } }");
  }

  /** A variable without a value is in scope behind a loop that never gives it one. */
  private static String declaration(String name, Tree variable) {
    String declared = variable.at("type").text() + " " + name;
    String java = variable.at("java").text();
    return java == null
        ? declared + "; for (int never = 0; never < 0; never++) " + name + " = 0;"
        : declared + " = " + java + ";";
  }

  /** The class of a case, initialised. */
  Class<?> type(Case one) throws Exception {
    Class<?> type = loaded.get(one.type());
    if (type == null) {
      type = Class.forName("shop." + one.type(), true, loader);
      loaded.put(one.type(), type);
      for (Class<?> inside : type.getDeclaredClasses()) {
        Class.forName(inside.getName(), true, loader);
      }
    }
    return type;
  }

  /** Runs the method of a case. */
  void call(Case one) throws Exception {
    Object answer = Place.call(type(one), null, "case" + one.number());
    if (!answer.equals(one.number())) {
      throw new IOException("case " + one.number() + " answers " + answer);
    }
  }

  /** How often code ran that must not. */
  int ran() throws Exception {
    var field = Class.forName("shop.Shapes", true, loader).getDeclaredField("ran");
    field.setAccessible(true);
    return field.getInt(null);
  }
}
