// Puts the native library of the jar where the system can load it. Knows files, not what is in
// them. Invariant: nothing is loaded that another user of the machine could have written.

package dev.stillframe;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;

/** The library's file, made once for each content and user. */
final class Extraction {
  private static final Set<PosixFilePermission> PRIVATE =
      PosixFilePermissions.fromString("rwx------");
  private static final FileAttribute<Set<PosixFilePermission>> AS_PRIVATE =
      PosixFilePermissions.asFileAttribute(PRIVATE);

  private Extraction() {}

  /** A file below {@code temporary} that holds {@code library}: one of an earlier run, or a new. */
  static Path extract(byte[] library, Path temporary) throws IOException {
    Path folder = folder(temporary);
    Path file = folder.resolve("libstillframe_jvm-" + digest(library) + ".so");
    if (holds(file, library)) {
      return file;
    }
    Path made = Files.createTempFile(folder, "new", ".so", AS_PRIVATE);
    try {
      Files.write(made, library);
      // Processes that start at once each rename a file of their own: no one sees half of it.
      Files.move(made, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(made);
    }
    return file;
  }

  /** The folder of this user; another one if somebody else has taken the name. */
  private static Path folder(Path temporary) throws IOException {
    Object user = user(Path.of("/proc/self"));
    Path usual = temporary.resolve("stillframe-" + user);
    if (user != null && isOurs(usual, user)) {
      return usual;
    }
    Path other = Files.createTempDirectory(temporary, "stillframe-", AS_PRIVATE);
    other.toFile().deleteOnExit();
    return other;
  }

  /** Makes the folder, or finds that it is private and this user's. */
  private static boolean isOurs(Path folder, Object user) throws IOException {
    try {
      Files.createDirectory(folder, AS_PRIVATE);
    } catch (FileAlreadyExistsException exists) {
      // That may be a trap: it is looked at below.
    }
    PosixFileAttributes found =
        Files.readAttributes(folder, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    return found.isDirectory()
        && found.permissions().equals(PRIVATE)
        && user.equals(user(folder));
  }

  /** Number of the user a path belongs to, or null where the system has none. */
  private static Object user(Path path) {
    try {
      return Files.getAttribute(path, "unix:uid");
    } catch (IOException | RuntimeException unknown) {
      return null;
    }
  }

  private static boolean holds(Path file, byte[] library) throws IOException {
    try {
      return Files.size(file) == library.length
          && Arrays.equals(Files.readAllBytes(file), library);
    } catch (NoSuchFileException absent) {
      return false;
    }
  }

  private static String digest(byte[] library) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(library);
      return HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError("every Java has SHA-256", impossible);
    }
  }
}
