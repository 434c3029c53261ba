package dev.godwit.cli.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.godwit.cli.Failure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourceFileTest {
    @TempDir
    private Path directory;

    @Test
    void shouldReadADumpWhetherPackedOrNot() throws IOException {
        Path plain = write("dump.sql", "SELECT 1;".getBytes(StandardCharsets.UTF_8));
        Path packed = write("dump.sql.gz", packed("SELECT 1;"));

        assertThat(content(plain)).isEqualTo("SELECT 1;");
        assertThat(content(packed)).isEqualTo("SELECT 1;");
        assertThat(SourceFile.of(packed).kind()).isEqualTo(SourceFile.Kind.DUMP);
    }

    @Test
    void shouldTellHowMuchOfTheFileItself() throws IOException {
        SourceFile file = SourceFile.of(write("dump.sql.gz", packed("x".repeat(100_000))));
        AtomicLong read = new AtomicLong();

        try (InputStream in = file.open(read::set)) {
            in.transferTo(OutputStream.nullOutputStream());
        }

        assertThat(read).hasValue(file.size());
    }

    @Test
    void shouldSayWhatToDoWithFormatsThatItCannotRead() throws IOException {
        Path custom = write("dump.sql", "PGDMP\u0001\u000e".getBytes(StandardCharsets.UTF_8));
        Path other = write("dump.zip", "PK\u0003\u0004".getBytes(StandardCharsets.UTF_8));

        assertThatThrownBy(() -> SourceFile.of(custom))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("pg_restore");
        assertThatThrownBy(() -> SourceFile.of(other))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("neither");
        assertThatThrownBy(() -> SourceFile.of(directory.resolve("absent.sql")))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("no file");
    }

    private Path write(String name, byte[] content) throws IOException {
        return Files.write(directory.resolve(name), content);
    }

    private static String content(Path path) throws IOException {
        try (InputStream in = SourceFile.of(path).open(read -> {})) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static byte[] packed(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }
}
