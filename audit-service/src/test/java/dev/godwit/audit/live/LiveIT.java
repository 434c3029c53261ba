package dev.godwit.audit.live;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import dev.godwit.audit.testing.AuditIT;
import dev.godwit.audit.testing.TestChain;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

@QuarkusTest
class LiveIT extends AuditIT {

    private static final int SUBSCRIBERS = 200;
    private static final int CHANGES = 20;

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

    @Test
    void shouldServeTwoHundredWhateverOneOfThemDoes() {
        // Given
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        Listener idle = new Listener(0);
        List<Listener> listeners = Stream.generate(() -> new Listener(Long.MAX_VALUE))
                .limit(SUBSCRIBERS - 1)
                .toList();
        Stream.concat(Stream.of(idle), listeners.stream()).forEach(each -> each.connect(client, events));
        wire.publish(run.state(1, "planning", null));
        await().atMost(Duration.ofSeconds(30)).until(() -> listeners.stream().allMatch(each -> each.heard(id + "@1")));

        // When
        for (int version = 2; version <= CHANGES; version++) {
            wire.publish(run.progress(version, "backfilling", version));
        }
        wire.publish(run.end(CHANGES + 1, "completed"));

        // Then
        String last = id + "@" + (CHANGES + 1);
        await().atMost(Duration.ofSeconds(10)).until(() -> listeners.stream().allMatch(each -> each.heard(last)));
        assertThat(idle.heard(id)).isFalse();
        idle.subscription.join().request(Long.MAX_VALUE);
        await().atMost(Duration.ofSeconds(10)).until(() -> idle.heard(last));
        listeners.forEach(Listener::disconnect);
        idle.disconnect();
    }

    @Test
    void shouldTellEveryOutcomeOnceInTheOrderOfTransactionsAndGoOnAfterTheLast() throws Exception {
        // Given
        TestChain chunk = new TestChain(id, "chunk-1", "commit");
        wire.publish(run.state(1, "backfilling", "planning"));
        wire.publish(chunk.next(List.of(TestChain.migrated("a", "A"), TestChain.conflict("b", "duplicate"))));
        List<String> heard = listen("");
        await().atMost(Duration.ofSeconds(30)).until(() -> keys(heard).equals(List.of("a", "b")));

        // When
        try (Connection other = superuser()) {
            other.setAutoCommit(false);
            try (Statement statement = other.createStatement()) {
                statement.execute("SELECT pg_current_xact_id()");
                wire.publish(chunk.next(List.of(TestChain.migrated("c", "C"))));
                await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> given().get("/api/runs/{id}/outcomes", id)
                        .then()
                        .body("outcomes.key", hasItem("c")));
                assertThat(keys(heard))
                        .as("a transaction is open that might still bring what comes before")
                        .doesNotContain("c");
            }
            other.rollback();
        }

        // Then
        await().atMost(Duration.ofSeconds(30)).until(() -> keys(heard).equals(List.of("a", "b", "c")));
        String second = heard.stream()
                .filter(line -> line.startsWith("id:"))
                .skip(1)
                .findFirst()
                .orElseThrow();
        List<String> later = listen(second.substring("id:".length()).strip());
        await().atMost(Duration.ofSeconds(30)).until(() -> keys(later).equals(List.of("c")));
    }

    @Test
    void shouldSayWhatItCannotListenTo() {
        given().queryParam("outcome", "lost")
                .get("/api/runs/{id}/events", id)
                .then()
                .statusCode(400)
                .body("code", equalTo("unknown_outcome"));
        given().header("Last-Event-ID", "seven")
                .get("/api/runs/{id}/events", id)
                .then()
                .statusCode(400)
                .body("code", equalTo("bad_cursor"));
    }

    /** Lines of the run's outcomes, as they come. */
    private List<String> listen(String last) {
        List<String> heard = new CopyOnWriteArrayList<>();
        HttpRequest.Builder request = HttpRequest.newBuilder(events.resolve("/api/runs/" + id + "/events"))
                .header("Authorization", AUTHORIZATION);
        if (!last.isEmpty()) {
            request.header("Last-Event-ID", last);
        }
        CompletableFuture<Void> listening = HttpClient.newHttpClient()
                .sendAsync(request.build(), HttpResponse.BodyHandlers.ofLines())
                .thenAcceptAsync(response -> response.body().forEach(heard::add));
        assertThat(listening).isNotCompletedExceptionally();
        return heard;
    }

    private static List<String> keys(List<String> heard) {
        return heard.stream()
                .filter(line -> line.startsWith("data:"))
                .map(line -> line.replaceFirst(".*\"key\":\"([^\"]*)\".*", "$1"))
                .toList();
    }

    /** Reads so many lines, and then no more until it is asked to. */
    private static final class Listener implements Flow.Subscriber<String> {

        private final List<String> lines = new CopyOnWriteArrayList<>();
        private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
        private final long appetite;
        private CompletableFuture<HttpResponse<Void>> connection;

        Listener(long appetite) {
            this.appetite = appetite;
        }

        void connect(HttpClient client, URI uri) {
            connection = client.sendAsync(
                    HttpRequest.newBuilder(uri)
                            .header("Authorization", AUTHORIZATION)
                            .build(),
                    HttpResponse.BodyHandlers.fromLineSubscriber(this));
        }

        boolean heard(String text) {
            return lines.stream().anyMatch(line -> line.contains(text));
        }

        void disconnect() {
            subscription.join().cancel();
            connection.cancel(true);
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription.complete(given);
            if (appetite > 0) {
                given.request(appetite);
            }
        }

        @Override
        public void onNext(String line) {
            lines.add(line);
        }

        @Override
        public void onError(Throwable failure) {
            lines.add("failed: " + failure);
        }

        @Override
        public void onComplete() {
            lines.add("ended");
        }
    }
}
