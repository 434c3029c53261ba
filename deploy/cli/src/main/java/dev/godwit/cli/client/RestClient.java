package dev.godwit.cli.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.godwit.cli.ExitCode;
import dev.godwit.cli.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/** JSON over HTTP to one service. Every answer but a success ends in a {@link Failure} that carries the service's own words. */
public final class RestClient {
    /** Shared by everything here that reads or writes JSON. */
    public static final ObjectMapper JSON = new ObjectMapper();

    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    /** By which programs hand on the trace that they are part of. */
    private static final String TRACEPARENT = "TRACEPARENT";

    private static final Pattern TRACEPARENT_FORM = Pattern.compile("00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final String service;
    private final List<String> urls;
    private final Optional<String> token;
    private final Optional<String> traceparent;
    /** Index of the address that answered last. */
    private volatile int current;

    /**
     * @param service its name, for messages
     * @param urls where its instances answer; when one refuses the connection the next is asked
     * @param token that proves who asks; empty where nobody wants to know
     */
    public RestClient(String service, List<String> urls, Optional<String> token) {
        this(service, urls, token, Optional.ofNullable(System.getenv(TRACEPARENT)));
    }

    /** @param traceparent of the trace that commands become part of; what is none is left out, as programs do that are handed one */
    RestClient(String service, List<String> urls, Optional<String> token, Optional<String> traceparent) {
        this.service = service;
        this.token = token;
        this.traceparent = traceparent.filter(TRACEPARENT_FORM.asMatchPredicate());
        this.urls = urls.stream()
                .map(url -> url.endsWith("/") ? url.substring(0, url.length() - 1) : url)
                .toList();
    }

    /** The address in use. */
    public String url() {
        return urls.get(current);
    }

    /** @param path begins with a slash; parts that come from a user must have gone through {@link #encode} */
    public JsonNode get(String path) {
        return json(
                path, request -> request.header("Accept", "application/json").GET());
    }

    /** Sends JSON and returns the answer; a missing node when it has no body. Looking on, again and again, is no part of a trace; what is asked for is. */
    public JsonNode post(String path, ObjectNode body) {
        return json(path, request -> traced(request)
                .header("Accept", "application/json")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body.toString())));
    }

    /** The body as it comes, for answers too large to hold; the caller closes it. */
    public InputStream stream(String path, String mediaType) {
        HttpResponse<InputStream> response = send(
                path, request -> request.header("Accept", mediaType).GET(), HttpResponse.BodyHandlers.ofInputStream());
        if (response.statusCode() / 100 == 2) {
            return response.body();
        }
        try (InputStream body = response.body()) {
            throw refusal(response.statusCode(), new String(body.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    /** Makes text safe for a path segment or a query parameter. */
    public static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private HttpRequest.Builder request(String path) {
        try {
            HttpRequest.Builder request =
                    HttpRequest.newBuilder(URI.create(url() + path)).timeout(TIMEOUT);
            token.ifPresent(text -> request.header("Authorization", "Bearer " + text));
            return request;
        } catch (IllegalArgumentException e) {
            throw Failure.usage("not an address of " + service + ": " + url());
        }
    }

    private HttpRequest.Builder traced(HttpRequest.Builder request) {
        return traceparent.map(trace -> request.header("traceparent", trace)).orElse(request);
    }

    private JsonNode json(String path, UnaryOperator<HttpRequest.Builder> details) {
        HttpResponse<String> response = send(path, details, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        if (response.statusCode() / 100 != 2) {
            throw refusal(response.statusCode(), response.body());
        }
        return parse(response.body());
    }

    private <T> HttpResponse<T> send(
            String path, UnaryOperator<HttpRequest.Builder> details, HttpResponse.BodyHandler<T> handler) {
        IOException last = null;
        for (int attempt = 0; attempt < urls.size(); attempt++) {
            try {
                return http.send(details.apply(request(path)).build(), handler);
            } catch (ConnectException refused) {
                // It was not sent, so another instance may have it.
                last = refused;
                current = (current + 1) % urls.size();
            } catch (IOException e) {
                throw unreachable(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw Failure.failed("interrupted", e);
            }
        }
        throw unreachable(last);
    }

    private Failure unreachable(IOException cause) {
        return Failure.unreachable(
                service + " does not answer at " + url() + " (" + reason(cause) + "). Is the stack up? ./godwit up",
                cause);
    }

    private static String reason(IOException cause) {
        if (cause instanceof ConnectException) {
            return "connection refused";
        }
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }

    private Failure refusal(int status, String body) {
        JsonNode problem = parse(body);
        String code = problem.path("code").asText("http_" + status);
        String detail = problem.path("detail").asText("");
        if (detail.isBlank()) {
            detail = problem.path("title").asText(service + " answered with status " + status);
        }
        if (code.equals("unauthenticated")) {
            detail = service
                    + " wants to know who asks: give a token with --token-file, GODWIT_TOKEN_FILE or GODWIT_TOKEN";
        }
        return Failure.of(exitCode(status), code, detail);
    }

    /** 400 and 404: the command or a definition is wrong; 401, 403, 409, 412, 422: refused; the rest: failed. */
    private static int exitCode(int status) {
        return switch (status) {
            case 400, 404, 405, 415 -> ExitCode.USAGE;
            case 401, 403, 409, 412, 422 -> ExitCode.REFUSED;
            default -> ExitCode.FAILED;
        };
    }

    private static JsonNode parse(String body) {
        try {
            return body.isBlank() ? JSON.missingNode() : JSON.readTree(body);
        } catch (JsonProcessingException notJson) {
            return JSON.missingNode();
        }
    }
}
