package dev.godwit.audit.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

/**
 * A collector: takes spans by OTLP over HTTP, as protobuf, on loopback. Tests ask it at {@link #SPANS} for what it got, since it lives in another class loader than they do:
 * {@code [{"trace","span","parent","name","kind","millis","failed","attributes":{},"links":[{"trace","span"}]}]}.
 */
public class OtlpReceiver implements QuarkusTestResourceLifecycleManager {

    /** Name of the setting that services send to. */
    public static final String ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /** Where it tells what it got. */
    public static final String SPANS = "/spans";

    private static final HexFormat HEX = HexFormat.of();
    private static final int ERROR = 2;

    private final ConcurrentLinkedQueue<JsonObject> spans = new ConcurrentLinkedQueue<>();
    private HttpServer server;

    @Override
    public Map<String, String> start() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/v1/traces", this::receive);
        server.createContext(SPANS, this::tell);
        server.start();
        return Map.of(
                ENDPOINT,
                "http://127.0.0.1:" + server.getAddress().getPort(),
                "quarkus.otel.bsp.schedule.delay",
                "100ms");
    }

    @Override
    public void stop() {
        server.stop(0);
    }

    private void receive(HttpExchange exchange) throws IOException {
        try (exchange) {
            Message.of(ByteBuffer.wrap(exchange.getRequestBody().readAllBytes()))
                    .inside(1, resource -> resource.inside(2, scope -> scope.inside(2, span -> spans.add(span(span)))));
            exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
            exchange.sendResponseHeaders(200, -1);
        }
    }

    private void tell(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = new JsonArray(new ArrayList<>(spans)).encode().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private static JsonObject span(Message span) {
        JsonObject attributes = new JsonObject();
        span.inside(9, pair -> pair.inside(2, value -> attributes.put(pair.text(1), value.plain())));
        JsonArray links = new JsonArray();
        span.inside(
                13, link -> links.add(new JsonObject().put("trace", link.hex(1)).put("span", link.hex(2))));
        boolean[] failed = {false};
        span.inside(15, status -> failed[0] = status.number(3) == ERROR);
        return new JsonObject()
                .put("trace", span.hex(1))
                .put("span", span.hex(2))
                .put("parent", span.hex(4))
                .put("name", span.text(5))
                .put("kind", span.number(6))
                .put("millis", (span.number(8) - span.number(7)) / 1_000_000)
                .put("failed", failed[0])
                .put("attributes", attributes)
                .put("links", links);
    }

    /** A message of protobuf, as far as spans need it. */
    private record Message(List<Field> fields) {

        private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

        private record Field(int number, long value, ByteBuffer bytes) {}

        static Message of(ByteBuffer encoded) {
            ByteBuffer in = encoded.duplicate().order(ByteOrder.LITTLE_ENDIAN);
            List<Field> fields = new ArrayList<>();
            while (in.hasRemaining()) {
                long tag = varint(in);
                int number = (int) (tag >>> 3);
                switch ((int) (tag & 7)) {
                    case 0 -> fields.add(new Field(number, varint(in), NOTHING));
                    case 1 -> fields.add(new Field(number, in.getLong(), NOTHING));
                    case 5 -> fields.add(new Field(number, in.getInt(), NOTHING));
                    default -> {
                        byte[] bytes = new byte[(int) varint(in)];
                        in.get(bytes);
                        fields.add(new Field(number, 0, ByteBuffer.wrap(bytes)));
                    }
                }
            }
            return new Message(fields);
        }

        private static long varint(ByteBuffer in) {
            long value = 0;
            int shift = 0;
            byte part;
            do {
                part = in.get();
                value |= (part & 0x7fL) << shift;
                shift += 7;
            } while (part < 0);
            return value;
        }

        void inside(int number, Consumer<Message> then) {
            fields.stream().filter(field -> field.number() == number).forEach(field -> then.accept(of(field.bytes())));
        }

        private byte[] bytes(int number) {
            ByteBuffer found = fields.stream()
                    .filter(field -> field.number() == number)
                    .findFirst()
                    .map(Field::bytes)
                    .orElse(NOTHING);
            byte[] bytes = new byte[found.remaining()];
            found.duplicate().get(bytes);
            return bytes;
        }

        String hex(int number) {
            return HEX.formatHex(bytes(number));
        }

        String text(int number) {
            return new String(bytes(number), StandardCharsets.UTF_8);
        }

        long number(int number) {
            return fields.stream()
                    .filter(field -> field.number() == number)
                    .findFirst()
                    .map(Field::value)
                    .orElse(0L);
        }

        /** The value of an attribute: a text, else a number. */
        String plain() {
            return bytes(1).length > 0 ? text(1) : Long.toString(Math.max(number(2), number(3)));
        }
    }
}
