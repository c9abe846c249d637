// What people are told when the native library cannot be had.

package dev.stillframe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class LibraryTest {
  private static final Path FILE = Path.of("/tmp/stillframe-7/lib.so");

  private static void unloadable(String error, String expected) {
    StillframeException exception = Library.unloadable(FILE, error);
    assertEquals("unsupported", exception.code());
    assertEquals(expected, exception.getMessage());
  }

  private static void unwritable(IOException error, String expected) {
    StillframeException exception = Library.unwritable("/tmp", error);
    String start = "the native library cannot be unpacked in /tmp: ";
    String end = "; set -Djava.io.tmpdir to a folder that allows it";
    assertEquals(start + expected + end, exception.getMessage());
  }

  @Test
  void noexecHasAMessageOfItsOwn() {
    unloadable(
        FILE + ": failed to map segment from shared object: Operation not permitted",
        FILE
            + " is on a file system that forbids code (noexec);"
            + " set -Djava.io.tmpdir to a folder that allows it");
  }

  @Test
  void aSecondClassLoaderHasOneToo() {
    unloadable(
        "Native Library " + FILE + " already loaded in another classloader",
        "another class loader of this JVM has loaded "
            + FILE
            + "; put stillframe.jar on the class path once, above both applications");
  }

  @Test
  void anOldGlibcIsNamed() {
    String error = "/lib/libc.so.6: version `GLIBC_2.38' not found";
    unloadable(error, "the native library needs a newer glibc: " + error);
  }

  @Test
  void anythingElseIsPassedOn() {
    unloadable("no such file", "the native library cannot be loaded: no such file");
  }

  @Test
  void whatCannotBeWrittenSaysWhy() {
    unwritable(new AccessDeniedException("/tmp/x"), "this user may not write there");
    unwritable(new NoSuchFileException("/tmp/x"), "there is no such folder");
    String reason = "Read-only file system";
    unwritable(new FileSystemException("/tmp/x", null, reason), reason);
    unwritable(new IOException("disk quota exceeded"), "disk quota exceeded");
  }
}
