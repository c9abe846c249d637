// Writes the classes of modules of this very JDK into a folder. Knows the image's file system only.

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

public final class Extract {
    private Extract() {}

    public static void main(String[] arguments) throws IOException {
        Path to = Path.of(arguments[0]);
        Path modules = FileSystems.getFileSystem(URI.create("jrt:/")).getPath("/modules");
        for (int at = 1; at < arguments.length; at++) {
            List<Path> files;
            try (Stream<Path> all = Files.walk(modules.resolve(arguments[at]))) {
                files = all.filter(file -> file.toString().endsWith(".class")).toList();
            }
            for (Path file : files) {
                Path copy = to.resolve(modules.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.write(copy, Files.readAllBytes(file));
            }
        }
    }
}
