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
