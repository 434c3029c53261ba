package dev.godwit.cli.stack;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.godwit.cli.Failure;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The connector is set up at a worker that refuses its configuration a few times, as one does that cannot reach the database. */
class ConnectorTest {
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final String REFUSAL = "{\"message\": \"The connection attempt failed.\"}";
    private static final String RUNNING =
            "{\"connector\": {\"state\": \"RUNNING\"}, \"tasks\": [{\"state\": \"RUNNING\"}]}";

    private HttpServer worker;
    private int refusals;

    @BeforeEach
    void start() throws IOException {
        worker = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        worker.createContext("/connectors/godwit/config", this::configure);
        worker.createContext("/connectors/godwit/status", exchange -> answer(exchange, 200, RUNNING));
        worker.start();
    }

    @AfterEach
    void stop() {
        worker.stop(0);
    }

    @Test
    void shouldBeSetUpThoughTheDatabaseIsOutOfReachAtFirst() {
        refusals = 2;

        assertThatCode(() -> connector().ensureRunning(PATIENCE)).doesNotThrowAnyException();
    }

    @Test
    void shouldTellWhyTheWorkerRefuses() {
        refusals = Integer.MAX_VALUE;

        assertThatThrownBy(() -> connector().ensureRunning(PATIENCE))
                .isInstanceOf(Failure.class)
                .hasMessage("the connector was not accepted: The connection attempt failed.");
    }

    private Connector connector() {
        return Connector.of("http://127.0.0.1:" + worker.getAddress().getPort(), Home.find());
    }

    private void configure(HttpExchange exchange) throws IOException {
        exchange.getRequestBody().readAllBytes();
        refusals--;
        if (refusals >= 0) {
            answer(exchange, 400, REFUSAL);
        } else {
            answer(exchange, 200, "{}");
        }
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }
}
