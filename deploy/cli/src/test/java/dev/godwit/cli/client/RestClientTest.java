package dev.godwit.cli.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.godwit.cli.Failure;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RestClientTest {
    private final List<String> requests = new ArrayList<>();
    private HttpServer server;
    private int status = 200;
    private String body = "{}";
    private volatile String authorization;
    private volatile String traceparent;

    @BeforeEach
    void startServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    @AfterEach
    void stopServer() {
        server.stop(0);
    }

    @ParameterizedTest
    @CsvSource({"400,2", "404,2", "401,4", "403,4", "409,4", "412,4", "422,4", "500,1", "503,1"})
    void shouldTurnARefusalIntoItsExitCode(int answered, int exitCode) {
        status = answered;
        body = "{\"title\":\"No\",\"detail\":\"because\",\"code\":\"some_code\"}";

        assertThatThrownBy(() -> client().get("/x")).isInstanceOfSatisfying(Failure.class, failure -> {
            assertThat(failure.exitCode()).isEqualTo(exitCode);
            assertThat(failure.code()).isEqualTo("some_code");
            assertThat(failure).hasMessage("because");
            assertThat(failure.isUnreachable()).isFalse();
        });
    }

    @Test
    void shouldSayWhoAsksAndHowToSaySo() {
        body = "[]";
        new MigrationClient(List.of(address()), Optional.of("secret")).runs();
        assertThat(authorization).isEqualTo("Bearer secret");

        status = 401;
        body = "{\"detail\":\"because\",\"code\":\"unauthenticated\"}";
        assertThatThrownBy(() -> client().get("/x")).hasMessageContaining("--token-file");
        assertThat(authorization).isNull();
    }

    @Test
    void shouldMakeWhatIsAskedForPartOfTheTraceItWasHanded() {
        String trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        traced(trace).post("/x", RestClient.JSON.createObjectNode());
        assertThat(traceparent).isEqualTo(trace);

        traced(trace).get("/x");
        assertThat(traceparent).as("looking on").isNull();

        traced("none\r\nAuthorization: x").post("/x", RestClient.JSON.createObjectNode());
        assertThat(traceparent).as("what is no traceparent").isNull();
    }

    private RestClient traced(String trace) {
        return new RestClient("some-service", List.of(address()), Optional.empty(), Optional.of(trace));
    }

    @Test
    void shouldSayHowToStartTheStackWhenNobodyAnswers() throws IOException {
        String address = closedAddress();

        assertThatThrownBy(() -> new RestClient("some-service", List.of(address), Optional.empty()).get("/x"))
                .isInstanceOfSatisfying(Failure.class, failure -> assertThat(failure.isUnreachable())
                        .isTrue())
                .hasMessageContainingAll("some-service", address, "connection refused", "./godwit up");
    }

    @Test
    void shouldAskTheNextInstanceWhenOneRefusesTheConnection() throws IOException {
        RestClient client = new RestClient("some-service", List.of(closedAddress(), address()), Optional.empty());

        client.post("/x", RestClient.JSON.createObjectNode().put("a", 1));

        assertThat(requests).containsExactly("POST /x {\"a\":1}");
        assertThat(client.url()).isEqualTo(address());
    }

    @Test
    void shouldSendHostileKeysAsTheyAre() {
        new MigrationClient(List.of(address()), Optional.of("secret")).ids("We ird.\"Täble\"", "a/b?c&d=e+f%");

        assertThat(requests)
                .containsExactly("GET /api/ids?table=We%20ird.%22T%C3%A4ble%22&key=a%2Fb%3Fc%26d%3De%2Bf%25 ");
    }

    @Test
    void shouldSayWhatItAsksOfARun() {
        new MigrationClient(List.of(address()), Optional.of("secret"))
                .start(RunRequest.of("documents", true).withLimit(100).withFollow());

        assertThat(requests)
                .singleElement()
                .asString()
                .contains("POST /api/runs", "\"mode\":\"commit\"")
                .contains("\"limit\":100", "\"follow\":true", "\"requestedBy\":")
                .doesNotContain("only", "maxRate", "pace", "commandId", "null");
    }

    @Test
    void shouldAskForAnotherPace() {
        new MigrationClient(List.of(address()), Optional.of("secret"))
                .changePace(
                        "r1", Optional.of("gentle"), Optional.of("22:00-06:00 UTC"), false, "ann", Optional.empty());

        assertThat(requests)
                .singleElement()
                .asString()
                .contains("POST /api/runs/r1/pace", "\"pace\":\"gentle\"", "\"onlyBetween\":\"22:00-06:00 UTC\"")
                .contains("\"anyTime\":false", "\"requestedBy\":\"ann\"");
    }

    private RestClient client() {
        return new RestClient("some-service", List.of(address()), Optional.empty());
    }

    private String address() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private static String closedAddress() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return "http://127.0.0.1:" + socket.getLocalPort();
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        authorization = exchange.getRequestHeaders().getFirst("Authorization");
        traceparent = exchange.getRequestHeaders().getFirst("traceparent");
        requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }
}
