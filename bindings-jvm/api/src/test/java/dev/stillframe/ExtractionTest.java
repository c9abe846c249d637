// Where the native library of the jar is put, and whom that trusts. Any bytes do for a library.

package dev.stillframe;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExtractionTest {
  private static final byte[] LIBRARY = {0x7f, 'E', 'L', 'F', 1};
  private static final byte[] NEXT = {0x7f, 'E', 'L', 'F', 2};

  @TempDir Path temporary;

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private static List<Path> in(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.sorted().toList();
    }
  }

  @Test
  void fileAndFolderArePrivate() throws IOException {
    Path file = Extraction.extract(LIBRARY, temporary);
    assertArrayEquals(LIBRARY, Files.readAllBytes(file));
    assertEquals("rwx------", permissions(file));
    assertEquals("rwx------", permissions(file.getParent()));
    assertEquals(temporary, file.getParent().getParent());
    assertTrue(file.getFileName().toString().matches("libstillframe_jvm-[0-9a-f]{16}\\.so"));
  }

  @Test
  void aFileOfAnEarlierRunIsUsedAgain() throws IOException {
    Path file = Extraction.extract(LIBRARY, temporary);
    Object before = Files.getAttribute(file, "unix:ino");
    assertEquals(file, Extraction.extract(LIBRARY, temporary));
    assertEquals(before, Files.getAttribute(file, "unix:ino"));
    assertEquals(List.of(file), in(file.getParent()));
  }

  @Test
  void versionsLieSideBySide() throws IOException {
    Path first = Extraction.extract(LIBRARY, temporary);
    Path second = Extraction.extract(NEXT, temporary);
    assertEquals(first.getParent(), second.getParent());
    assertEquals(2, in(first.getParent()).size());
    assertArrayEquals(LIBRARY, Files.readAllBytes(first));
  }

  @Test
  void aTornFileIsReplacedAndNotWrittenInto() throws IOException {
    Path file = Extraction.extract(LIBRARY, temporary);
    Files.write(file, NEXT);
    Object torn = Files.getAttribute(file, "unix:ino");
    assertEquals(file, Extraction.extract(LIBRARY, temporary));
    assertArrayEquals(LIBRARY, Files.readAllBytes(file));
    // Somebody may have the torn one mapped.
    assertNotEquals(torn, Files.getAttribute(file, "unix:ino"));
  }

  @Test
  void aFolderOpenToOthersIsNotUsed() throws IOException {
    Path usual = Extraction.extract(LIBRARY, temporary).getParent();
    Files.setPosixFilePermissions(usual, PosixFilePermissions.fromString("rwxrwxrwx"));
    Path other = Extraction.extract(LIBRARY, temporary).getParent();
    assertNotEquals(usual, other);
    assertEquals("rwx------", permissions(other));
  }

  @Test
  void aLinkInItsPlaceIsNotFollowed() throws IOException {
    Path usual = Extraction.extract(LIBRARY, temporary).getParent();
    Path moved = Files.move(usual, temporary.resolve("moved"));
    Files.createSymbolicLink(usual, moved);
    Path file = Extraction.extract(NEXT, temporary);
    assertNotEquals(usual, file.getParent());
    assertEquals(1, in(moved).size());
  }

  @Test
  void aFolderOfSomebodyElseIsNotUsed() throws IOException {
    Path usual = Extraction.extract(LIBRARY, temporary).getParent();
    try {
      Files.setAttribute(usual, "unix:uid", 65534);
    } catch (IOException refused) {
      Skip.because("only root can give a folder to another user");
    }
    assertNotEquals(usual, Extraction.extract(LIBRARY, temporary).getParent());
  }

  @Test
  void aFolderThatIsNotThereIsAnError() {
    Path absent = temporary.resolve("absent");
    assertThrows(NoSuchFileException.class, () -> Extraction.extract(LIBRARY, absent));
  }
}
