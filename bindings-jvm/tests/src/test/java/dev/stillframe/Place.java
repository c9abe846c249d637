// Code made for one test and loaded into this JVM, in a package of its own.

package dev.stillframe;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A source file whose classes a loader of its own has. */
final class Place {
  private static final AtomicInteger NUMBER = new AtomicInteger();

  final Source source;
  final Path folder;
  private ClassLoader loader;

  private Place(Source source, Path folder) {
    this.source = source;
    this.folder = folder;
  }

  /** Compiles with names of variables. */
  static Place of(String text) throws IOException {
    return of(text, List.of("-g"));
  }

  static Place of(String text, List<String> options) throws IOException {
    Path folder = Folders.make("stillframe-place");
    // On the first line, so that all others keep their numbers.
    Source source = Source.of("package p" + NUMBER.incrementAndGet() + "; " + text);
    Source.compile(folder, options, source);
    return new Place(source, folder);
  }

  /** A loader that has the classes, one more each time. */
  ClassLoader newLoader() throws IOException {
    URL[] urls = {folder.toUri().toURL()};
    return new URLClassLoader(urls, Place.class.getClassLoader());
  }

  private synchronized ClassLoader loader() throws IOException {
    if (loader == null) {
      loader = newLoader();
    }
    return loader;
  }

  /** Lets go of the classes; others are loaded next time. */
  synchronized void forget() {
    loader = null;
  }

  /** The class, loaded and initialised. */
  Class<?> type() throws Exception {
    return Class.forName(source.className(), true, loader());
  }

  /** Loads and initialises all classes of the folder. */
  void loadAll() throws Exception {
    try (var files = Files.walk(folder)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".class")).toList()) {
        String name = folder.relativize(file).toString().replace(".class", "").replace('/', '.');
        Class.forName(name, true, loader());
      }
    }
  }

  /** A class of the same file or package. */
  Class<?> type(String name) throws Exception {
    return Class.forName(source.packageName() + "." + name, true, loader());
  }

  /** Calls the one static method of this name. */
  Object call(String name, Object... arguments) throws Exception {
    return call(type(), null, name, arguments);
  }

  static Object call(Class<?> type, Object target, String name, Object... arguments)
      throws Exception {
    for (Method method : type.getDeclaredMethods()) {
      if (method.getName().equals(name) && method.getParameterCount() == arguments.length) {
        method.setAccessible(true);
        try {
          return method.invoke(target, arguments);
        } catch (InvocationTargetException thrown) {
          if (thrown.getCause() instanceof Exception exception) {
            throw exception;
          }
          throw thrown;
        }
      }
    }
    throw new NoSuchMethodException(type + "." + name);
  }

  /** A new object of a class, by its one constructor with so many parameters. */
  static Object make(Class<?> type, Object... arguments) throws Exception {
    for (var constructor : type.getDeclaredConstructors()) {
      if (constructor.getParameterCount() == arguments.length) {
        constructor.setAccessible(true);
        return constructor.newInstance(arguments);
      }
    }
    throw new NoSuchMethodException(type + " takes no " + arguments.length);
  }

  int line(String mark) {
    return source.line(mark);
  }

  String at(String mark) {
    return source.at(mark);
  }
}
