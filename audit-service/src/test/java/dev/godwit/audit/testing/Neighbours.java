package dev.godwit.audit.testing;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Whom the service talks to over HTTP: a migration-service that remembers what it was asked for, and a receiver of notices that fails the first time. */
public final class Neighbours implements AutoCloseable {

    /** Path of the receiver. */
    public static final String WEBHOOK = "/webhook";

    /** What notices are signed with. */
    public static final String SECRET = "a secret of tests";

    /** A run that migration-service refuses to change. */
    public static final String REFUSED = "refused";

    /** A run that migration-service tells of, and no event. */
    public static final String UNHEARD = "unheard";

    private static final String VERSIONS =
            "[{\"run\":\"" + UNHEARD + "\",\"version\":7,\"at\":\"2026-01-01T00:00:00Z\"}]";

    private static final String MIGRATIONS = """
            [{"name":"users","operation":"import","dependsOn":[],"state":"applied"},
             {"name":"roles","operation":"schema","dependsOn":[],"state":"drifted"},
             {"name":"grants","operation":"derive","dependsOn":["users","roles"],"state":"running"}]
            """;

    private static final String CHUNKS = """
            {"cells":[{"table":"public.documents","kind":"backfill","fromBlock":0,"toBlock":128,"chunks":3,"state":"done","passed":1},
                      {"table":"public.documents","kind":"backfill","fromBlock":128,"toBlock":256,"chunks":3,"state":"begun","passed":0.5}]}
            """;

    /** A request that came in. */
    public record Asked(String path, String body, String signature) {}

    /** Path that answers what came in; a static list would be another one in Quarkus' class loader. */
    static final String ASKED = "/asked";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpServer server;
    private final List<Asked> asked = new CopyOnWriteArrayList<>();

    private Neighbours(HttpServer server) {
        this.server = server;
    }

    static Neighbours start() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        Neighbours neighbours = new Neighbours(server);
        server.createContext("/", neighbours::answer);
        server.start();
        return neighbours;
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        if (path.equals(ASKED)) {
            send(exchange, 200, JSON.writeValueAsString(asked));
            return;
        }
        boolean again = asked.stream().anyMatch(before -> before.body().equals(body));
        asked.add(new Asked(path, body, exchange.getRequestHeaders().getFirst("Godwit-Signature")));
        if (path.equals(WEBHOOK)) {
            send(exchange, again ? 204 : 503, "");
        } else if (path.contains(REFUSED)) {
            send(exchange, 409, "{\"code\":\"illegal_transition\",\"detail\":\"the run <has> ended\"}");
        } else if (path.endsWith("/api/migrations")) {
            send(exchange, 200, MIGRATIONS);
        } else if (path.endsWith("/versions")) {
            send(exchange, 200, VERSIONS);
        } else if (path.endsWith("/resend")) {
            send(exchange, 200, "{\"sent\":[],\"next\":null}");
        } else if (path.endsWith("/chunks")) {
            send(exchange, 200, CHUNKS);
        } else if (path.endsWith("/explain")) {
            send(
                    exchange,
                    200,
                    "{\"statements\":[{\"name\":\"inspect\",\"purpose\":\"looks\",\"sql\":\"SELECT 1 < 2\"}]}");
        } else {
            send(
                    exchange,
                    202,
                    "{\"state\":\"paused\",\"preview\":[{\"table\":\"public.documents\",\"restored\":7,\"deleted\":0,\"left\":1}]}");
        }
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        if (bytes.length > 0) {
            exchange.getResponseBody().write(bytes);
        }
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
