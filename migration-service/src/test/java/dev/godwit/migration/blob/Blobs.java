package dev.godwit.migration.blob;

import dev.godwit.migration.blob.BlobCopies.Blob;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Blobs and stores as tests need them. */
final class Blobs {

    private Blobs() {}

    static Fingerprint fingerprint(String content) {
        try {
            return Fingerprint.of(
                    new ByteArrayInputStream(content.getBytes(StandardCharsets.UTF_8)),
                    OutputStream.nullOutputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A blob whose row tells the truth about that content. */
    static Blob blob(String path, String content) {
        Fingerprint fingerprint = fingerprint(content);
        return new Blob("key of " + path, path, fingerprint.sha256(), fingerprint.size(), "files");
    }

    static void write(Path root, String path, String content) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    static StoresConfig.Store directory(Path from, Path to) {
        return new Settings(from, Optional.of(to), Optional.empty(), Optional.empty());
    }

    static StoresConfig.Store bucket(Path from, URI endpoint) {
        return new Settings(from, Optional.empty(), Optional.of("essays"), Optional.of(endpoint));
    }

    private record Settings(Path from, Optional<Path> directory, Optional<String> bucket, Optional<URI> endpoint)
            implements StoresConfig.Store {
        @Override
        public Optional<String> prefix() {
            return Optional.of("legacy/");
        }

        @Override
        public String region() {
            return "us-east-1";
        }

        @Override
        public boolean pathStyle() {
            return true;
        }
    }
}
