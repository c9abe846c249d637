// Subjects by name. Each is loaded only in the JVM that measures it.

package bench;

final class Subjects {
  private Subjects() {}

  static Subject named(String name) {
    return switch (name) {
      case "stillframe" -> new Stillframe();
      case "jvmti" -> new Breakpoint();
      case "jdi" -> new Debugger();
      case "dd-java-agent" -> new Datadog();
      case "rook" -> new Rook();
      default -> throw new IllegalArgumentException("no subject " + name);
    };
  }
}
