// Finds the native library and has the JVM load it, once. Knows where it may be, not what it does.

package dev.stillframe;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * The native library of this process, in this order: the one the JVM already has as an agent, the
 * file of the property {@code stillframe.library}, the one in this jar.
 */
final class Library {
  /** Says where the library is: set by whoever loaded it, or by a person. */
  static final String PROPERTY = "stillframe.library";

  private static final String NAME = "libstillframe_jvm.so";
  private static final String ELSEWHERE = "set -Djava.io.tmpdir to a folder that allows it";

  /** Why it could not be loaded, or null. */
  private static StillframeException failure;

  /** Whether the natives are there. */
  private static boolean bound;

  private Library() {}

  /** Makes the natives callable, or throws why they are not. */
  static synchronized void bind() {
    // Asked each time: somebody may attach the agent after a load has failed.
    if (bound || isThere()) {
      bound = true;
      return;
    }
    if (failure == null) {
      try {
        load();
        bound = true;
        return;
      } catch (StillframeException unsupported) {
        failure = unsupported;
      }
    }
    // One for each caller, so that each has a stack of its own.
    throw new StillframeException(failure.code(), failure.reason(), failure.hint());
  }

  /** The JVM looks for natives in its agents too, whichever loader a class is from. */
  private static boolean isThere() {
    try {
      Native.status();
      return true;
    } catch (UnsatisfiedLinkError absent) {
      return false;
    }
  }

  private static void load() {
    String known = System.getProperty(PROPERTY);
    Path file = known == null ? extracted() : Path.of(known).toAbsolutePath();
    try {
      System.load(file.toString());
    } catch (UnsatisfiedLinkError error) {
      throw unloadable(file, String.valueOf(error.getMessage()));
    }
    if (!isThere()) {
      throw unsupported(
          file + " is not the native library of version " + Stillframe.version(),
          "use the one that came with this jar");
    }
    System.setProperty(PROPERTY, file.toString());
  }

  private static Path extracted() {
    String platform = Platform.current();
    String temporary = System.getProperty("java.io.tmpdir");
    try (InputStream stream = open(platform)) {
      if (stream == null) {
        throw unsupported(
            "this jar has no native library for " + platform,
            "run on Linux with glibc (x86_64), or set STILLFRAME_ENABLED=false");
      }
      return Extraction.extract(stream.readAllBytes(), Path.of(temporary));
    } catch (IOException error) {
      throw unwritable(temporary, error);
    }
  }

  private static InputStream open(String platform) {
    return Library.class.getResourceAsStream("/native/" + platform + "/" + NAME);
  }

  /** What a failed write means. */
  static StillframeException unwritable(String folder, IOException error) {
    String why = String.valueOf(error.getMessage());
    if (error instanceof AccessDeniedException) {
      why = "this user may not write there";
    } else if (error instanceof NoSuchFileException) {
      why = "there is no such folder";
    } else if (error instanceof FileSystemException system && system.getReason() != null) {
      why = system.getReason();
    }
    return unsupported("the native library cannot be unpacked in " + folder + ": " + why, ELSEWHERE);
  }

  /** What the words of a failed load mean. */
  static StillframeException unloadable(Path file, String error) {
    if (error.contains("already loaded in another classloader")) {
      return unsupported(
          "another class loader of this JVM has loaded " + file,
          "put stillframe.jar on the class path once, above both applications");
    }
    if (error.contains("failed to map segment") || error.contains("Operation not permitted")) {
      return unsupported(file + " is on a file system that forbids code (noexec)", ELSEWHERE);
    }
    if (error.contains("GLIBC_")) {
      return unsupported("the native library needs a newer glibc: " + error, null);
    }
    return unsupported("the native library cannot be loaded: " + error, null);
  }

  private static StillframeException unsupported(String reason, String hint) {
    return new StillframeException("unsupported", reason, hint);
  }
}
