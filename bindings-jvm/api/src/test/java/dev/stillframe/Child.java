// The application of tests that need a JVM of their own: does one thing and says what came of it.

package dev.stillframe;

import java.util.function.Supplier;

final class Child {
  private Child() {}

  public static void main(String[] words) {
    for (String word : words) {
      System.out.println(word + ": " + tried(call(word)));
    }
    System.out.println("the application ran");
  }

  private static Supplier<Object> call(String word) {
    return switch (word) {
      case "start" -> () -> done(Stillframe::start);
      case "stop" -> () -> done(Stillframe::stop);
      case "flush" -> Stillframe::flush;
      case "status" -> Stillframe::statusJson;
      case "probe" -> () -> "id '" + Stillframe.probe("Child.java:1").id() + "'";
      case "handle" -> () -> done(Stillframe.probe("Child.java:1")::close);
      case "remove" -> () -> done(() -> Stillframe.remove("p7k2"));
      case "version" -> Stillframe::version;
      default -> throw new IllegalArgumentException(word);
    };
  }

  private static Object done(Runnable call) {
    call.run();
    return "done";
  }

  private static Object tried(Supplier<Object> call) {
    try {
      return call.get();
    } catch (StillframeException refused) {
      return refused.code() + ": " + refused.getMessage();
    }
  }
}
