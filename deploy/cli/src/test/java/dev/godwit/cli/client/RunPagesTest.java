package dev.godwit.cli.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.godwit.cli.Godwit;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A service with so many runs, of which it gives 500 at once. */
class RunPagesTest {
    private final List<String> queries = new ArrayList<>();
    private HttpServer server;
    private int runs;

    @BeforeEach
    void startServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/api/runs", this::answer);
        server.start();
    }

    @AfterEach
    void stopServer() {
        server.stop(0);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 500, 1_203})
    void shouldListAll(int all) {
        runs = all;

        assertThat(client().runs())
                .extracting(Run::id)
                .containsExactlyElementsOf(IntStream.range(0, all)
                        .mapToObj(age -> "r" + (all - age))
                        .toList());
    }

    @Test
    void shouldAskForOneMoreThanItShows() {
        runs = 60;

        assertThat(godwit("runs", "docs", "--limit", "20")).isZero();
        assertThat(godwit("runs", "--after", "r41")).isZero();
        assertThat(godwit("runs", "--limit", "500")).isEqualTo(2);

        assertThat(queries).containsExactly("limit=21&migration=docs", "limit=51&after=r41");
    }

    private int godwit(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--url", address()));
        return Godwit.commandLine().execute(all.toArray(String[]::new));
    }

    private MigrationClient client() {
        return new MigrationClient(List.of(address()), Optional.empty());
    }

    private String address() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private void answer(HttpExchange exchange) throws IOException {
        queries.add(exchange.getRequestURI().getQuery());
        Map<String, String> asked = Arrays.stream(
                        exchange.getRequestURI().getQuery().split("&"))
                .map(each -> each.split("="))
                .collect(Collectors.toMap(each -> each[0], each -> each[1]));
        int newest = Optional.ofNullable(asked.get("after"))
                .map(run -> Integer.parseInt(run.substring(1)) - 1)
                .orElse(runs);
        int limit = Math.min(500, Integer.parseInt(asked.get("limit")));
        ArrayNode page = RestClient.JSON.createArrayNode();
        IntStream.range(0, Math.min(limit, newest))
                .forEach(age -> page.addObject().put("run", "r" + (newest - age)));
        byte[] bytes = page.toString().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }
}
