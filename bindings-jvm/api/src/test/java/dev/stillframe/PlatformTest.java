// Names of platforms, by what a JVM says of itself.

package dev.stillframe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class PlatformTest {
  @Test
  void processorsHaveTheirNameOfLinux() {
    assertEquals("linux-x86_64-gnu", Platform.of("Linux", "amd64", ""));
    assertEquals("linux-x86_64-gnu", Platform.of("Linux", "x86_64", "/usr/lib/libc.so.6"));
    assertEquals("linux-aarch64-gnu", Platform.of("Linux", "aarch64", ""));
  }

  @Test
  void muslIsSeenInTheMappedFiles() {
    String maps = "7f3e-7f40 r-xp 00000000 08:01 12      /lib/ld-musl-x86_64.so.1\n";
    assertEquals("linux-x86_64-musl", Platform.of("Linux", "amd64", maps));
  }

  @Test
  void otherSystemsAreNamedToo() {
    assertEquals("macos-aarch64", Platform.of("Mac OS X", "aarch64", ""));
    assertEquals("windows-x86_64", Platform.of("Windows 11", "amd64", ""));
    assertEquals("freebsd-x86_64", Platform.of("FreeBSD", "amd64", ""));
  }

  @Test
  void thisOneHasAName() {
    String platform = Platform.current();
    assertTrue(platform.matches("[a-z_]+-[a-z0-9_]+(-gnu|-musl)?"), platform);
  }
}
