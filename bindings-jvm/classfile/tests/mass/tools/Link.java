// Loads and links every class of a folder of modules, so that the verifier looks at each. Nothing of
// them is initialised. Knows class names only.

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

public final class Link {
    private Link() {}

    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        List<Path> files;
        try (Stream<Path> all = Files.walk(folder)) {
            files = all.filter(file -> file.toString().endsWith(".class")).sorted().toList();
        }
        int linked = 0;
        int unverified = 0;
        int failed = 0;
        for (Path file : files) {
            Path inside = folder.relativize(file);
            String name = inside.subpath(1, inside.getNameCount()).toString();
            name = name.substring(0, name.length() - ".class".length()).replace('/', '.');
            if (name.endsWith("module-info")) {
                continue;
            }
            try {
                Class<?> loaded = Class.forName(name, false, ClassLoader.getSystemClassLoader());
                // Asking for methods links the class.
                loaded.getDeclaredMethods();
                linked++;
            } catch (VerifyError | ClassFormatError failure) {
                unverified++;
                if (unverified <= 3) {
                    String why = failure.getMessage().lines().findFirst().orElse("");
                    System.err.println(name + ": " + why);
                }
            } catch (Throwable failure) {
                failed++;
                System.err.println(name + ": " + failure);
            }
        }
        System.out.println("linked=" + linked + " unverified=" + unverified + " failed=" + failed);
    }
}
