package dev.godwit.migration.ending;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.runtime.ShutdownEvent;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class EndingTest {
    private final CompletableFuture<String> batch = new CompletableFuture<>();

    private CompletableFuture<String> work(Ending ending) {
        return ending.whileInHand(() -> Uni.createFrom().completionStage(batch)).subscribeAsCompletionStage();
    }

    private static CompletableFuture<Void> end(Ending ending) {
        return CompletableFuture.runAsync(() -> {
            try {
                ending.end(new ShutdownEvent());
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        });
    }

    @Test
    void shouldWaitForWhatIsInHandAndBeginNothingElse()
            throws ExecutionException, InterruptedException, TimeoutException {
        Ending ending = new Ending(Duration.ofMinutes(1));
        CompletableFuture<String> inHand = work(ending);
        ending.begin();
        CompletableFuture<Void> end = end(ending);
        CompletableFuture<String> later = work(ending);

        assertThat(end).isNotDone();
        batch.complete("committed");
        end.get(10, TimeUnit.SECONDS);

        assertThat(inHand).isCompletedWithValue("committed");
        assertThat(later).as("neither done nor failed").isNotDone();
    }

    @Test
    void shouldWaitForFailuresToo() {
        Ending ending = new Ending(Duration.ofMinutes(1));
        CompletableFuture<String> inHand = work(ending);
        batch.completeExceptionally(new IllegalStateException("rolled back"));

        assertThat(end(ending)).succeedsWithin(Duration.ofSeconds(10));
        assertThat(inHand).isCompletedExceptionally();
    }

    @Test
    void shouldNotWaitForLong() {
        Ending ending = new Ending(Duration.ofMillis(50));
        CompletableFuture<String> inHand = work(ending);

        assertThat(end(ending)).succeedsWithin(Duration.ofSeconds(10));
        assertThat(inHand).isNotDone();
    }

    @Test
    void shouldNotWaitForNothing() {
        assertThat(end(new Ending(Duration.ofMinutes(1)))).succeedsWithin(Duration.ofSeconds(10));
    }
}
