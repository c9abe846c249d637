// Defines and links pairs of one class, each in a loader of its own: what was, and what it became. Says
// which no longer link though they did. Knows that other classes come from the class path.

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

public final class Define extends ClassLoader {
    private Define() {}

    private static String fault(byte[] bytes) {
        try {
            new Define().defineClass(null, bytes, 0, bytes.length).getDeclaredMethods();
            return null;
        } catch (Throwable failure) {
            return String.valueOf(failure).lines().findFirst().orElse("");
        }
    }

    public static void main(String[] arguments) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(Path.of(arguments[0]))) {
            files = all.filter(file -> file.toString().endsWith(".old")).sorted().toList();
        }
        int linked = 0;
        int broken = 0;
        for (Path file : files) {
            String name = file.toString();
            if (fault(Files.readAllBytes(file)) != null) {
                continue;
            }
            linked++;
            Path other = Path.of(name.substring(0, name.length() - 3) + "new");
            String fault = fault(Files.readAllBytes(other));
            if (fault != null) {
                broken++;
                System.out.println(file.getFileName() + ": " + fault);
            }
        }
        System.out.println("linked=" + linked + " broken=" + broken);
    }
}
