package dev.godwit.cli.demo.branches;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A copy of the example, with the parent that one revision has lost. It goes when it is closed.
 *
 * @param folder of the copy
 */
record CorrectedVersions(Path folder) implements AutoCloseable {

    private static final String REVISION = "versions/business/tenant_0001_isolation.py";
    private static final String LOST = "down_revision: str | Sequence[str] | None = None";
    private static final String FOUND = "down_revision: str | Sequence[str] | None = \"core_0005\"";

    static CorrectedVersions of(Path example) throws IOException {
        CorrectedVersions copy = new CorrectedVersions(Files.createTempDirectory("godwit-branches"));
        try (Stream<Path> files = Files.walk(example)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path to = copy.folder().resolve(example.relativize(file).toString());
                Files.createDirectories(to.getParent());
                Files.copy(file, to);
            }
        }
        Path revision = copy.folder().resolve(REVISION);
        Files.writeString(revision, Files.readString(revision).replace(LOST, FOUND));
        return copy;
    }

    @Override
    public void close() {
        try (Stream<Path> files = Files.walk(folder)) {
            List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
            for (Path file : deepestFirst) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
