package dev.godwit.migration.blob;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A store that speaks enough of S3's language to take the real SDK at its word: it computes signatures (version 4) and digests itself and refuses what does
 * not agree, as the real one does. An object is there when all of its body has arrived.
 */
final class S3Double implements AutoCloseable {
    static final String BUCKET = "essays";
    static final String ACCESS_KEY = "test-access";
    static final String SECRET_KEY = "test-secret";

    private static final HexFormat HEX = HexFormat.of();

    /** An object as it was put; its content as text, a character for each byte. */
    record Stored(String content, Map<String, String> metadata) {
        byte[] bytes() {
            return content.getBytes(StandardCharsets.ISO_8859_1);
        }
    }

    private final Map<String, Stored> objects = new ConcurrentHashMap<>();
    private final Queue<String> requests = new ConcurrentLinkedQueue<>();
    private final Queue<Integer> failures = new ConcurrentLinkedQueue<>();
    private final HttpServer server;

    S3Double() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newCachedThreadPool(work -> {
            Thread thread = new Thread(work, "s3-double");
            thread.setDaemon(true);
            return thread;
        }));
        server.createContext("/", this::answer);
        server.start();
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    Map<String, Stored> objects() {
        return objects;
    }

    /** Method and key of each request that was understood. */
    Queue<String> requests() {
        return requests;
    }

    /** Lets the next request fail with this status. */
    void failOnce(int status) {
        failures.add(status);
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            Integer failure = failures.poll();
            String refusal = failure == null ? refusal(exchange, body) : null;
            if (failure != null) {
                error(exchange, failure, "InternalError");
            } else if (refusal != null) {
                error(exchange, refusal.equals("BadDigest") ? 400 : 403, refusal);
            } else {
                serve(exchange, body);
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private void serve(HttpExchange exchange, byte[] body) throws IOException {
        String path = exchange.getRequestURI().getPath();
        if (!path.startsWith("/" + BUCKET + "/")) {
            error(exchange, 404, "NoSuchBucket");
            return;
        }
        String key = path.substring(BUCKET.length() + 2);
        requests.add(exchange.getRequestMethod() + " " + key);
        switch (exchange.getRequestMethod()) {
            case "PUT" -> put(exchange, key, body);
            case "HEAD", "GET" -> get(exchange, key);
            default -> error(exchange, 405, "MethodNotAllowed");
        }
    }

    private void put(HttpExchange exchange, String key, byte[] body) throws IOException {
        Map<String, String> metadata = exchange.getRequestHeaders().entrySet().stream()
                .filter(header -> header.getKey().toLowerCase(Locale.ROOT).startsWith("x-amz-meta-"))
                .collect(
                        Collectors.toMap(header -> header.getKey().toLowerCase(Locale.ROOT), header -> header.getValue()
                                .get(0)));
        boolean mustBeNew = "*".equals(exchange.getRequestHeaders().getFirst("If-None-Match"));
        Stored stored = new Stored(new String(body, StandardCharsets.ISO_8859_1), metadata);
        if (mustBeNew && objects.putIfAbsent(key, stored) != null) {
            error(exchange, 412, "PreconditionFailed");
            return;
        }
        objects.put(key, stored);
        exchange.getResponseHeaders()
                .add("ETag", "\"" + HEX.formatHex(sha256(body)).substring(0, 32) + "\"");
        exchange.sendResponseHeaders(200, -1);
    }

    private void get(HttpExchange exchange, String key) throws IOException {
        Stored stored = objects.get(key);
        if (stored == null) {
            error(exchange, 404, "NoSuchKey");
            return;
        }
        stored.metadata().forEach(exchange.getResponseHeaders()::add);
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().add("Content-Length", Integer.toString(stored.bytes().length));
            exchange.sendResponseHeaders(200, -1);
            return;
        }
        exchange.sendResponseHeaders(200, stored.bytes().length == 0 ? -1 : stored.bytes().length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(stored.bytes());
        }
    }

    private static void error(HttpExchange exchange, int status, String code) throws IOException {
        byte[] text = ("<?xml version=\"1.0\"?><Error><Code>" + code + "</Code><Message>" + code + "</Message></Error>")
                .getBytes(StandardCharsets.UTF_8);
        boolean isHead = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, isHead ? -1 : text.length);
        if (!isHead) {
            exchange.getResponseBody().write(text);
        }
    }

    /** What a store says to a request that is not what its signature or its digests say. */
    private static String refusal(HttpExchange exchange, byte[] body) throws GeneralSecurityException {
        Headers headers = exchange.getRequestHeaders();
        String payload = headers.getFirst("x-amz-content-sha256");
        String checksum = headers.getFirst("x-amz-checksum-sha256");
        boolean hashed = payload != null && payload.matches("[0-9a-f]{64}");
        if (hashed && !payload.equals(HEX.formatHex(sha256(body)))) {
            return "XAmzContentSHA256Mismatch";
        }
        if (checksum != null && !Arrays.equals(Base64.getDecoder().decode(checksum), sha256(body))) {
            return "BadDigest";
        }
        return isSigned(exchange, payload) ? null : "SignatureDoesNotMatch";
    }

    private static boolean isSigned(HttpExchange exchange, String payload) throws GeneralSecurityException {
        String authorization = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
        Map<String, String> parts = Arrays.stream(
                        authorization.replaceFirst("^AWS4-HMAC-SHA256 ", "").split(", *"))
                .filter(part -> part.contains("="))
                .collect(Collectors.toMap(
                        part -> part.substring(0, part.indexOf('=')), part -> part.substring(part.indexOf('=') + 1)));
        String credential = parts.getOrDefault("Credential", "");
        if (!credential.startsWith(ACCESS_KEY + "/")) {
            return false;
        }
        String scope = credential.substring(ACCESS_KEY.length() + 1);
        String canonical = canonical(exchange, parts.get("SignedHeaders"), payload);
        String toSign = "AWS4-HMAC-SHA256\n" + exchange.getRequestHeaders().getFirst("X-Amz-Date") + "\n" + scope + "\n"
                + HEX.formatHex(sha256(canonical.getBytes(StandardCharsets.UTF_8)));
        byte[] key = ("AWS4" + SECRET_KEY).getBytes(StandardCharsets.UTF_8);
        for (String part : scope.split("/")) {
            key = hmac(key, part);
        }
        return HEX.formatHex(hmac(key, toSign)).equals(parts.get("Signature"));
    }

    private static String canonical(HttpExchange exchange, String signed, String payload) {
        String headers = Arrays.stream(signed.split(";"))
                .map(name -> name + ":"
                        + String.join(",", exchange.getRequestHeaders().get(name))
                                .strip() + "\n")
                .collect(Collectors.joining());
        String query = exchange.getRequestURI().getRawQuery();
        return exchange.getRequestMethod() + "\n" + exchange.getRequestURI().getRawPath() + "\n"
                + (query == null ? "" : query) + "\n" + headers + "\n" + signed + "\n" + payload;
    }

    private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] sha256(byte[] content) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(content);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
