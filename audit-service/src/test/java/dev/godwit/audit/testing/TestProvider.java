package dev.godwit.audit.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A small OpenID Connect provider where people log in: discovery, keys, and the authorization code flow with PKCE. Nobody is asked for a password: whoever comes is the person that was put last at
 * {@link #PERSON}.
 */
public class TestProvider implements QuarkusTestResourceLifecycleManager {

    /** Setting that holds the provider's address. */
    public static final String ISSUER = "godwit.auth.oidc.issuer";

    /** Where tests put the claims of the person who logs in next. */
    public static final String PERSON = "/person";

    private static final String SECRET = "a secret that is known to the provider";
    private static final Base64.Encoder URL = Base64.getUrlEncoder().withoutPadding();

    private final KeyPair keys = keys();
    private final Map<String, Map<String, String>> codes = new ConcurrentHashMap<>();

    private HttpServer server;
    private String issuer;
    private volatile JsonObject person = new JsonObject();

    @Override
    public Map<String, String> start() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        issuer = "http://127.0.0.1:" + server.getAddress().getPort();
        server.createContext("/.well-known/openid-configuration", exchange -> send(exchange, 200, discovery()));
        server.createContext(
                "/keys",
                exchange -> send(exchange, 200, new JsonObject().put("keys", new JsonArray().add(jwk((RSAPublicKey)
                                        keys.getPublic())))));
        server.createContext("/authorize", this::authorize);
        server.createContext("/token", this::token);
        server.createContext(PERSON, exchange -> {
            person = new JsonObject(text(exchange));
            send(exchange, 200, new JsonObject());
        });
        server.start();
        return Map.of(
                "godwit.auth.oidc.enabled",
                "true",
                ISSUER,
                issuer,
                "godwit.auth.oidc.type",
                "hybrid",
                "godwit.auth.oidc.client-secret",
                SECRET,
                "godwit.auth.oidc.operator",
                "godwit-operators");
    }

    @Override
    public void stop() {
        if (server != null) {
            server.stop(0);
        }
    }

    private JsonObject discovery() {
        return new JsonObject()
                .put("issuer", issuer)
                .put("jwks_uri", issuer + "/keys")
                .put("token_endpoint", issuer + "/token")
                .put("authorization_endpoint", issuer + "/authorize");
    }

    private void authorize(HttpExchange exchange) throws IOException {
        Map<String, String> asked = fields(exchange.getRequestURI().getRawQuery());
        String code = UUID.randomUUID().toString();
        codes.put(code, asked);
        URI back = URI.create(asked.get("redirect_uri") + "?code=" + code + "&state=" + asked.get("state"));
        exchange.getResponseHeaders().add("location", back.toString());
        exchange.sendResponseHeaders(302, -1);
        exchange.close();
    }

    /** A code is good once, for whoever knows the client's secret and what the challenge was made of. */
    private void token(HttpExchange exchange) throws IOException {
        Map<String, String> given = fields(text(exchange));
        Map<String, String> asked = codes.remove(given.getOrDefault("code", ""));
        String client =
                "Basic " + Base64.getEncoder().encodeToString(("godwit:" + SECRET).getBytes(StandardCharsets.UTF_8));
        if (asked == null
                || !client.equals(exchange.getRequestHeaders().getFirst("authorization"))
                || !asked.get("redirect_uri").equals(given.get("redirect_uri"))
                || !asked.get("code_challenge").equals(challenge(given.getOrDefault("code_verifier", "")))) {
            send(exchange, 400, new JsonObject().put("error", "invalid_grant"));
            return;
        }
        long now = Instant.now().getEpochSecond();
        JsonObject claims = person.copy()
                .put("iss", issuer)
                .put("aud", "godwit")
                .put("sub", "4711")
                .put("iat", now)
                .put("exp", now + 300);
        if (asked.containsKey("nonce")) {
            claims.put("nonce", asked.get("nonce"));
        }
        String token = sign(claims);
        send(
                exchange,
                200,
                new JsonObject()
                        .put("id_token", token)
                        .put("access_token", token)
                        .put("token_type", "Bearer")
                        .put("expires_in", 300));
    }

    private static String challenge(String verifier) {
        try {
            return URL.encodeToString(
                    MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, String> fields(String form) {
        Map<String, String> fields = new HashMap<>();
        for (String field : form.split("&")) {
            String[] parts = field.split("=", 2);
            fields.put(parts[0], URLDecoder.decode(parts.length > 1 ? parts[1] : "", StandardCharsets.UTF_8));
        }
        return fields;
    }

    private static String text(HttpExchange exchange) throws IOException {
        return new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    }

    private static void send(HttpExchange exchange, int status, JsonObject answer) throws IOException {
        byte[] body = answer.encode().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("content-type", "application/json");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private String sign(JsonObject claims) {
        String signed =
                encode(new JsonObject().put("alg", "RS256").put("typ", "JWT").put("kid", "k1")) + "." + encode(claims);
        try {
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(keys.getPrivate());
            signature.update(signed.getBytes(StandardCharsets.US_ASCII));
            return signed + "." + URL.encodeToString(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String encode(JsonObject object) {
        return URL.encodeToString(object.encode().getBytes(StandardCharsets.UTF_8));
    }

    private static KeyPair keys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static JsonObject jwk(RSAPublicKey key) {
        return new JsonObject()
                .put("kty", "RSA")
                .put("use", "sig")
                .put("alg", "RS256")
                .put("kid", "k1")
                .put("n", number(key.getModulus()))
                .put("e", number(key.getPublicExponent()));
    }

    private static String number(BigInteger number) {
        byte[] bytes = number.toByteArray();
        return URL.encodeToString(Arrays.copyOfRange(bytes, bytes[0] == 0 ? 1 : 0, bytes.length));
    }
}
