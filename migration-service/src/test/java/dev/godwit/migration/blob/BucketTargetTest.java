package dev.godwit.migration.blob;

import static dev.godwit.migration.blob.Blobs.blob;
import static dev.godwit.migration.blob.Blobs.fingerprint;
import static dev.godwit.migration.blob.Blobs.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.godwit.migration.blob.BlobCopies.Blob;
import dev.godwit.migration.blob.BlobCopies.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** The real SDK against a store that checks what it is sent. */
class BucketTargetTest {

    private static final String CONTENT = "What I know about optics. ".repeat(20_000);

    @TempDir
    private Path from;

    private S3Double s3;
    private BlobStore store;

    @BeforeEach
    void open() throws IOException {
        s3 = new S3Double();
        store = store(S3Double.SECRET_KEY, S3Double.BUCKET);
    }

    @AfterEach
    void close() {
        store.close();
        s3.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"2019/essay.txt", "2019/what is (this)? 100 %+~é🐦.txt", "=.txt"})
    void shouldCopyABlobThatIsWhatItsRowSays(String path) throws IOException {
        write(from, path, CONTENT);

        assertThat(store.copy(blob(path, CONTENT))).isEqualTo(Result.COPIED);

        S3Double.Stored stored = s3.objects().get("legacy/" + path);
        assertThat(stored.content()).isEqualTo(CONTENT);
        assertThat(stored.metadata())
                .containsEntry("x-amz-meta-sha256", fingerprint(CONTENT).sha256());
    }

    @Test
    void shouldFindUnchangedWhatItPutBeforeWithoutReadingIt() throws IOException {
        write(from, "essay.txt", CONTENT);
        assertThat(store.copy(blob("essay.txt", CONTENT))).isEqualTo(Result.COPIED);
        Files.delete(from.resolve("essay.txt"));
        s3.requests().clear();

        assertThat(store.copy(blob("essay.txt", CONTENT))).isEqualTo(Result.UNCHANGED);

        assertThat(s3.requests()).containsExactly("HEAD legacy/essay.txt");
    }

    @Test
    void shouldReadWhatOthersPutThere() throws IOException {
        s3.objects().put("legacy/essay.txt", new S3Double.Stored(CONTENT, Map.of()));

        assertThat(store.copy(blob("essay.txt", CONTENT))).isEqualTo(Result.UNCHANGED);
        assertThat(store.copy(blob("essay.txt", CONTENT.toUpperCase(Locale.ROOT))))
                .isInstanceOf(Result.Mismatch.class);
    }

    @Test
    void shouldNeverOverwriteWhatTookThePlaceMeanwhile() throws IOException {
        write(from, "essay.txt", CONTENT);
        BucketTarget target = target(S3Double.SECRET_KEY, S3Double.BUCKET);
        assertThat(target.find("essay.txt", fingerprint(CONTENT))).isEmpty();
        s3.objects().put("legacy/essay.txt", new S3Double.Stored("theirs", Map.of()));

        Result result = target.write(from.resolve("essay.txt"), "essay.txt", fingerprint(CONTENT));

        assertThat(result).isInstanceOf(Result.Mismatch.class);
        assertThat(s3.objects().get("legacy/essay.txt").content()).isEqualTo("theirs");
        target.close();
    }

    @Test
    void shouldSendNothingThatIsNotWhatTheRowSays() throws IOException {
        write(from, "essay.txt", "edited");

        assertThat(store.copy(blob("essay.txt", "as it was"))).isInstanceOf(Result.Mismatch.class);

        assertThat(s3.requests()).containsExactly("HEAD legacy/essay.txt");
        assertThat(s3.objects()).isEmpty();
    }

    @Test
    void shouldNotTryWhatOneUploadCannotCarry() throws IOException {
        write(from, "essay.txt", "short");
        Blob blob = blob("essay.txt", "short");

        Result result =
                store.copy(new Blob(blob.key(), blob.path(), blob.sha256(), BucketTarget.BYTES_MAX + 1, blob.store()));

        assertThat(result).isInstanceOf(Result.Mismatch.class);
    }

    @Test
    void shouldTryAgainWhatTheStoreCouldNotDoAtOnce() throws IOException {
        write(from, "essay.txt", CONTENT);
        s3.failOnce(500);

        assertThat(store.copy(blob("essay.txt", CONTENT))).isEqualTo(Result.COPIED);
    }

    @Test
    void shouldFailAndNameTheBucketWhenTheStoreRefuses() throws IOException {
        write(from, "essay.txt", CONTENT);
        BlobStore stranger = store("wrong", S3Double.BUCKET);
        BlobStore lost = store(S3Double.SECRET_KEY, "nowhere");

        assertThatThrownBy(() -> stranger.copy(blob("essay.txt", CONTENT)))
                .isInstanceOf(BlobStoreException.class)
                .hasMessageContaining(S3Double.BUCKET)
                .hasMessageNotContaining("wrong");
        assertThatThrownBy(() -> lost.copy(blob("essay.txt", CONTENT)))
                .isInstanceOf(BlobStoreException.class)
                .hasMessageContaining("nowhere");
        stranger.close();
        lost.close();
    }

    private BlobStore store(String secret, String bucket) {
        return new BlobStore(new SourceDirectory(from), () -> target(secret, bucket));
    }

    private BucketTarget target(String secret, String bucket) {
        return new BucketTarget(
                S3Clients.of(
                        Blobs.bucket(from, s3.endpoint()),
                        StaticCredentialsProvider.create(AwsBasicCredentials.create(S3Double.ACCESS_KEY, secret))),
                bucket,
                "legacy/");
    }
}
