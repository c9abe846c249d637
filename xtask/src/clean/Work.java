import java.nio.file.Files;
import java.nio.file.Path;

/** Works until the file {@code done} is there, or a minute has passed. */
final class Work {
  private static int work(int n) {
    int twice = n * 2;
    return twice;
  }

  public static void main(String[] words) throws Exception {
    long end = System.nanoTime() + 60_000_000_000L;
    while (!Files.exists(Path.of("done")) && System.nanoTime() < end) {
      work(21);
      Thread.sleep(10);
    }
  }
}
