package dev.godwit.cli.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.godwit.cli.ExitCode;
import dev.godwit.cli.Failure;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlobArchiveTest {
    @TempDir
    private Path scratch;

    @Test
    void shouldUnpackFilesAndDirectories() throws IOException {
        BlobArchive archive = archive();

        archive.unpack(
                stream(tar -> {
                    directory(tar, "2019/");
                    file(tar, "2019/essay.pdf", "essay");
                    file(tar, "./empty", "");
                }),
                false);

        assertThat(blobs().resolve("2019/essay.pdf")).hasContent("essay");
        assertThat(blobs().resolve("empty")).isEmptyFile();
        assertThat(archive.files()).isEqualTo(2);
        assertThat(archive.bytes()).isEqualTo(5);
        assertThat(scratch).as("nothing beside it is left").isDirectoryNotContaining("glob:**unpacking*");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../outside", "a/../../outside", "/outside", "a/.."})
    void shouldRefuseNamesThatLeadOut(String name) throws IOException {
        refuses(tar(tar -> {
            file(tar, "first", "fine");
            file(tar, name, "not fine");
        }));

        assertThat(scratch.getParent().resolve("outside")).doesNotExist();
        assertThat(scratch.resolve("outside")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(
            bytes = {
                TarConstants.LF_SYMLINK,
                TarConstants.LF_LINK,
                TarConstants.LF_CHR,
                TarConstants.LF_BLK,
                TarConstants.LF_FIFO
            })
    void shouldRefuseWhatIsNoFile(byte kind) throws IOException {
        refuses(tar(tar -> {
            TarArchiveEntry entry = new TarArchiveEntry("link", kind);
            entry.setLinkName("/etc");
            put(tar, entry, new byte[0]);
        }));
    }

    @Test
    void shouldRefuseANameThatComesTwice() throws IOException {
        refuses(tar(tar -> {
            file(tar, "a", "one");
            file(tar, "a", "two");
        }));
    }

    @Test
    void shouldRefuseMoreThanWasAllowed() throws IOException {
        byte[] large = tar(tar -> file(tar, "large", "x".repeat(2000)));
        BlobArchive narrow = new BlobArchive(blobs(), 1999, 10);

        assertThatThrownBy(() -> narrow.unpack(new ByteArrayInputStream(large), false))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("more than 1999 bytes");
        BlobArchive single = new BlobArchive(blobs(), 10_000, 1);
        assertThatThrownBy(() -> single.unpack(
                        stream(tar -> {
                            file(tar, "a", "");
                            file(tar, "b", "");
                        }),
                        false))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("more than 1 entries");
        assertThat(blobs()).doesNotExist();
    }

    @Test
    void shouldLeaveNothingOfAnArchiveThatBreaksOff() throws IOException {
        byte[] whole = tar(tar -> file(tar, "a", "x".repeat(5000)));
        InputStream broken = new ByteArrayInputStream(whole, 0, 2048);

        assertThatThrownBy(() -> archive().unpack(broken, false)).isInstanceOf(IOException.class);

        assertThat(scratch).isEmptyDirectory();
    }

    @Test
    void shouldReplaceOnlyWhenTold() throws IOException {
        Files.createDirectories(blobs());
        Files.writeString(blobs().resolve("old"), "old");

        refuses(tar(tar -> file(tar, "new", "new")));
        assertThat(blobs().resolve("old")).exists();

        archive().unpack(stream(tar -> file(tar, "new", "new")), true);
        try (Stream<Path> left = Files.list(blobs())) {
            assertThat(left.map(Path::getFileName).map(Path::toString)).containsExactly("new");
        }
    }

    @Test
    void shouldWriteNothingInADryRun() throws IOException {
        BlobArchive archive = archive();

        archive.rehearse(stream(tar -> file(tar, "a", "four")), false);

        assertThat(archive.bytes()).isEqualTo(4);
        assertThat(scratch).isEmptyDirectory();
    }

    private void refuses(byte[] tar) {
        List<String> before = names();
        assertThatThrownBy(() -> archive().unpack(new ByteArrayInputStream(tar), false))
                .isInstanceOfSatisfying(
                        Failure.class, failure -> assertThat(failure.exitCode()).isEqualTo(ExitCode.REFUSED));
        assertThat(names()).isEqualTo(before);
    }

    private List<String> names() {
        try (Stream<Path> all = Files.list(scratch)) {
            return all.map(Path::toString).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private BlobArchive archive() {
        return new BlobArchive(blobs(), 1 << 20, 100);
    }

    private Path blobs() {
        return scratch.resolve("blobs");
    }

    private static InputStream stream(Consumer<TarArchiveOutputStream> content) throws IOException {
        return new ByteArrayInputStream(tar(content));
    }

    private static byte[] tar(Consumer<TarArchiveOutputStream> content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
            content.accept(tar);
        }
        return bytes.toByteArray();
    }

    private static void directory(TarArchiveOutputStream tar, String name) {
        put(tar, new TarArchiveEntry(name), new byte[0]);
    }

    private static void file(TarArchiveOutputStream tar, String name, String content) {
        // Names are kept as they are: the class is made for names of real files and would tidy them.
        put(tar, new TarArchiveEntry(name, true), content.getBytes(StandardCharsets.UTF_8));
    }

    private static void put(TarArchiveOutputStream tar, TarArchiveEntry entry, byte[] content) {
        try {
            entry.setSize(content.length);
            tar.putArchiveEntry(entry);
            tar.write(content);
            tar.closeArchiveEntry();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
