package dev.godwit.migration.blob;

import static dev.godwit.migration.blob.Blobs.blob;
import static dev.godwit.migration.blob.Blobs.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.godwit.migration.blob.BlobCopies.Blob;
import dev.godwit.migration.blob.BlobCopies.Result;
import java.io.BufferedReader;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DirectoryTargetTest {

    private static final String CONTENT = "What I know about optics. ".repeat(10_000);

    @TempDir
    private Path scratch;

    private Path from;
    private Path to;

    @BeforeEach
    void makeDirectories() throws IOException {
        from = Files.createDirectory(scratch.resolve("from"));
        to = Files.createDirectory(scratch.resolve("to"));
    }

    @Test
    void shouldCopyABlobThatIsWhatItsRowSays() throws IOException {
        write(from, "2019/essay.txt", CONTENT);

        assertThat(copy(blob("2019/essay.txt", CONTENT))).isEqualTo(Result.COPIED);

        assertThat(to.resolve("2019/essay.txt")).hasContent(CONTENT);
        assertThat(to.resolve(DirectoryTarget.UNFINISHED)).isEmptyDirectory();
    }

    @Test
    void shouldTakeTheHashInCapitalsToo() throws IOException {
        write(from, "essay.txt", CONTENT);
        Blob blob = blob("essay.txt", CONTENT);

        Result result = copy(
                new Blob(blob.key(), blob.path(), blob.sha256().toUpperCase(Locale.ROOT), blob.size(), blob.store()));

        assertThat(result).isEqualTo(Result.COPIED);
    }

    @Test
    void shouldFindUnchangedWhatIsThereThoughTheSourceIsGone() throws IOException {
        write(from, "essay.txt", CONTENT);
        assertThat(copy(blob("essay.txt", CONTENT))).isEqualTo(Result.COPIED);
        FileTime written = Files.getLastModifiedTime(to.resolve("essay.txt"));
        Files.delete(from.resolve("essay.txt"));

        assertThat(copy(blob("essay.txt", CONTENT))).isEqualTo(Result.UNCHANGED);

        assertThat(Files.getLastModifiedTime(to.resolve("essay.txt"))).isEqualTo(written);
    }

    @ParameterizedTest
    @ValueSource(strings = {"other", "longer than the row says"})
    void shouldNotGiveANameToWhatIsNotWhatTheRowSays(String actual) throws IOException {
        write(from, "essay.txt", actual);

        assertThat(copy(blob("essay.txt", "essay"))).isInstanceOf(Result.Mismatch.class);

        assertThat(to.resolve("essay.txt")).doesNotExist();
        assertThat(to.resolve(DirectoryTarget.UNFINISHED)).isEmptyDirectory();
    }

    @Test
    void shouldNeverOverwriteWhatHasThePlace() throws IOException {
        write(from, "essay.txt", CONTENT);
        write(to, "essay.txt", "somebody else's");

        assertThat(copy(blob("essay.txt", CONTENT)))
                .isInstanceOfSatisfying(Result.Mismatch.class, mismatch -> assertThat(mismatch.detail())
                        .contains("another blob"));

        assertThat(to.resolve("essay.txt")).hasContent("somebody else's");
    }

    @Test
    void shouldNotOverwriteWhatTookThePlaceMeanwhile() throws IOException {
        write(from, "essay.txt", CONTENT);
        DirectoryTarget target = new DirectoryTarget(to) {
            @Override
            InputStream open(Path file) throws IOException {
                Blobs.write(to, "essay.txt", "somebody else's");
                return super.open(file);
            }
        };

        Result result = new BlobStore(new SourceDirectory(from), () -> target).copy(blob("essay.txt", CONTENT));

        assertThat(result).isInstanceOf(Result.Mismatch.class);
        assertThat(to.resolve("essay.txt")).hasContent("somebody else's");
    }

    @Test
    void shouldTellWhatIsMissing() throws IOException {
        assertThat(copy(blob("absent.txt", CONTENT))).isInstanceOf(Result.Missing.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/etc/hostname",
                "../secret",
                "a/../../secret",
                "a//b",
                "./a",
                ".godwit/a",
                "a\nb",
                "a\u0000b"
            })
    void shouldNotFollowAPathThatLeadsOut(String path) throws IOException {
        write(scratch, "secret", CONTENT);

        assertThat(copy(blob(path, CONTENT))).isInstanceOf(Result.Mismatch.class);

        assertThat(to).isEmptyDirectory();
    }

    @Test
    void shouldNotFollowALinkThatLeadsOut() throws IOException {
        write(scratch, "secret", CONTENT);
        Files.createSymbolicLink(from.resolve("link"), scratch.resolve("secret"));
        write(from, "out/essay.txt", CONTENT);
        Files.createSymbolicLink(to.resolve("out"), scratch);

        assertThat(copy(blob("link", CONTENT))).isInstanceOf(Result.Missing.class);
        assertThat(copy(blob("out/essay.txt", CONTENT))).isInstanceOf(Result.Mismatch.class);
        assertThat(scratch.resolve("essay.txt")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "abc", "zz3c4a5bff16f5ee5d6ff0ce3a3a3ae7f1e0f9f5b5ee3d0a2f9a1a3f7e8d9c0b"})
    void shouldNotCopyWhatNobodyEverHashed(String sha256) throws IOException {
        write(from, "essay.txt", CONTENT);

        assertThat(copy(new Blob("1", "essay.txt", sha256, CONTENT.length(), "files")))
                .isInstanceOf(Result.Mismatch.class);
    }

    @Test
    void shouldFailWhereADirectoryIsNotThere() throws IOException {
        write(from, "essay.txt", CONTENT);
        Files.delete(to);

        assertThatThrownBy(() -> copy(blob("essay.txt", CONTENT))).isInstanceOf(BlobStoreException.class);
    }

    @Test
    void shouldLeaveNoHalfFileWhenKilledInTheMiddleOfABlob() throws Exception {
        write(from, "essay.txt", CONTENT);
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        HangingCopy.class.getName(),
                        from.toString(),
                        to.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader said = process.inputReader(StandardCharsets.UTF_8)) {
            assertThat(said.readLine()).isEqualTo("half");

            int ended = process.destroyForcibly().waitFor();

            assertThat(ended).isNotZero();
        }

        assertThat(to.resolve("essay.txt")).doesNotExist();
        assertThat(leftovers())
                .as("half a file, under a name that nobody asks for")
                .hasSize(1);
        assertThat(copy(blob("essay.txt", CONTENT))).isEqualTo(Result.COPIED);
        assertThat(to.resolve("essay.txt")).hasContent(CONTENT);
    }

    @Test
    void shouldSweepAwayOnlyWhatKilledWorkersLeftLongAgo() throws IOException {
        write(to, DirectoryTarget.UNFINISHED + "/old", "half");
        write(to, DirectoryTarget.UNFINISHED + "/new", "half");
        Files.setLastModifiedTime(
                to.resolve(DirectoryTarget.UNFINISHED + "/old"),
                FileTime.from(Instant.now().minusSeconds(90_000)));

        assertThat(copy(blob("absent.txt", CONTENT))).isInstanceOf(Result.Missing.class);

        assertThat(leftovers()).containsExactly("new");
    }

    private Result copy(Blob blob) throws IOException {
        return new BlobStore(new SourceDirectory(from), () -> new DirectoryTarget(to)).copy(blob);
    }

    private Stream<String> leftovers() throws IOException {
        try (Stream<Path> files = Files.list(to.resolve(DirectoryTarget.UNFINISHED))) {
            return files.map(file -> file.getFileName().toString()).toList().stream();
        }
    }

    /** Copies half of a blob, says so, and waits to be killed: source and target directory. */
    public static final class HangingCopy {
        private HangingCopy() {}

        public static void main(String[] arguments) throws IOException {
            DirectoryTarget target = new DirectoryTarget(Path.of(arguments[1])) {
                @Override
                InputStream open(Path file) throws IOException {
                    return new HangingStream(super.open(file));
                }
            };
            Result result = new BlobStore(new SourceDirectory(Path.of(arguments[0])), () -> target)
                    .copy(blob("essay.txt", CONTENT));
            System.out.println(result);
        }
    }

    private static final class HangingStream extends FilterInputStream {
        private long left = CONTENT.length() / 2;

        private HangingStream(InputStream in) {
            super(in);
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (left <= 0) {
                System.out.println("half");
                // Nobody writes there: it waits until the process is killed.
                return System.in.read();
            }
            int read = super.read(bytes, offset, (int) Math.min(length, left));
            left -= read;
            return read;
        }
    }
}
