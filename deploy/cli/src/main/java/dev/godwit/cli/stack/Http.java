package dev.godwit.cli.stack;

import dev.godwit.cli.Failure;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;

/** Short requests to a component of the stack; no answer is an ordinary result, not an error. */
final class Http {
    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();

    private Http() {}

    record Answer(int status, String body) {
        boolean isOk() {
            return status / 100 == 2;
        }
    }

    static Optional<Answer> get(String url) {
        return send(request(url, 5).GET().build());
    }

    static Optional<Answer> put(String url, String json) {
        return send(request(url, 30)
                .header("Content-Type", "application/json")
                .PUT(HttpRequest.BodyPublishers.ofString(json))
                .build());
    }

    static Optional<Answer> post(String url) {
        return send(request(url, 30).POST(HttpRequest.BodyPublishers.noBody()).build());
    }

    private static HttpRequest.Builder request(String url, int seconds) {
        return HttpRequest.newBuilder(URI.create(url))
                .timeout(Duration.ofSeconds(seconds))
                .header("Accept", "application/json");
    }

    private static Optional<Answer> send(HttpRequest request) {
        try {
            HttpResponse<String> response = CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
            return Optional.of(new Answer(response.statusCode(), response.body()));
        } catch (IOException noAnswer) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failure.failed("interrupted", e);
        }
    }
}
