package dev.godwit.migration.tail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.godwit.migration.blob.BlobCopies.Blob;
import dev.godwit.migration.testing.TestStores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TailFailuresTest {

    @TempDir
    private Path stores;

    @Test
    void shouldWaitForTheDatabaseAndNotForAStoreOfBlobs() throws IOException {
        Files.createDirectory(stores.resolve("files"));
        Blob blob = new Blob("1", "essay", "0".repeat(64), 1, "files");

        Throwable noDirectory = catchThrowable(
                () -> TestStores.in(stores).copy(List.of(blob)).await().atMost(Duration.ofSeconds(30)));

        assertThat(noDirectory).hasMessageContaining("is not there");
        assertThat(TailConsumer.mustWait(noDirectory)).isFalse();
        assertThat(TailConsumer.mustWait(new TimeoutException())).isTrue();
    }
}
