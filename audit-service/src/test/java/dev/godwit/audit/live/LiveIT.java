package dev.godwit.audit.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.godwit.audit.testing.AuditIT;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

@QuarkusTest
class LiveIT extends AuditIT {

    @TestHTTPResource("/api/events")
    URI events;

    @Test
    void shouldTellThePresentStateAndThenEveryChange() {
        // Given
        wire.publish(run.state(1, "planning", null));
        List<String> heard = new CopyOnWriteArrayList<>();
        CompletableFuture<HttpResponse<Stream<String>>> connection = HttpClient.newHttpClient()
                .sendAsync(
                        HttpRequest.newBuilder(events)
                                .header("Authorization", AUTHORIZATION)
                                .build(),
                        HttpResponse.BodyHandlers.ofLines());
        CompletableFuture<Void> listening = connection.thenAcceptAsync(response -> response.body()
                .takeWhile(line -> !line.contains("\"state\":\"completed\"") || !line.contains(id))
                .filter(line -> line.contains(id))
                .forEach(heard::add));
        await().atMost(Duration.ofSeconds(30))
                .until(() -> heard.stream().anyMatch(line -> line.contains("\"planning\"")));

        // When
        wire.publish(run.progress(2, "backfilling", 40));
        await().atMost(Duration.ofSeconds(30))
                .until(() -> heard.stream().anyMatch(line -> line.contains("\"entitiesDone\":40")));
        wire.publish(run.end(3, "completed"));

        // Then
        await().atMost(Duration.ofSeconds(30)).until(listening::isDone);
        assertThat(heard).anyMatch(line -> line.startsWith("id:") && line.contains(id + "@2"));
    }
}
