package dev.godwit.migration.testing;

import com.sun.net.httpserver.HttpServer;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;

/** A small OpenID Connect provider: discovery and keys, nothing else. Its private key is a setting, so that tests sign what they like. */
public class TestIssuer implements QuarkusTestResourceLifecycleManager {

    private static final Base64.Encoder URL = Base64.getUrlEncoder().withoutPadding();

    private HttpServer server;

    @Override
    public Map<String, String> start() {
        try {
            KeyPair keys = keys();
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            String issuer = "http://127.0.0.1:" + server.getAddress().getPort();
            serve(
                    "/.well-known/openid-configuration",
                    new JsonObject()
                            .put("issuer", issuer)
                            .put("jwks_uri", issuer + "/keys")
                            .put("token_endpoint", issuer + "/token")
                            .put("authorization_endpoint", issuer + "/authorize"));
            serve("/keys", new JsonObject().put("keys", new JsonArray().add(jwk((RSAPublicKey) keys.getPublic()))));
            server.start();
            return Map.of(
                    "godwit.auth.oidc.enabled",
                    "true",
                    "godwit.auth.oidc.issuer",
                    issuer,
                    "godwit.auth.oidc.operator",
                    "godwit-operators",
                    "test.issuer.key",
                    Base64.getEncoder().encodeToString(keys.getPrivate().getEncoded()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void stop() {
        if (server != null) {
            server.stop(0);
        }
    }

    /** A key that no provider knows. */
    public static String strangersKey() {
        return Base64.getEncoder().encodeToString(keys().getPrivate().getEncoded());
    }

    /** These claims as a token, signed with a private key. */
    public static String sign(JsonObject claims, String privateKey) {
        String signed =
                encode(new JsonObject().put("alg", "RS256").put("typ", "JWT").put("kid", "k1")) + "." + encode(claims);
        try {
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(KeyFactory.getInstance("RSA")
                    .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(privateKey))));
            signature.update(signed.getBytes(StandardCharsets.US_ASCII));
            return signed + "." + URL.encodeToString(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** These claims as a token that says that it needs no signature. */
    public static String unsigned(JsonObject claims) {
        return encode(new JsonObject().put("alg", "none").put("typ", "JWT")) + "." + encode(claims) + ".";
    }

    private static String encode(JsonObject object) {
        return URL.encodeToString(object.encode().getBytes(StandardCharsets.UTF_8));
    }

    private void serve(String path, JsonObject answer) {
        byte[] body = answer.encode().getBytes(StandardCharsets.UTF_8);
        server.createContext(path, exchange -> {
            exchange.getResponseHeaders().add("content-type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
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
                .put("n", unsigned(key.getModulus()))
                .put("e", unsigned(key.getPublicExponent()));
    }

    private static String unsigned(BigInteger number) {
        byte[] bytes = number.toByteArray();
        int from = bytes[0] == 0 ? 1 : 0;
        return URL.encodeToString(Arrays.copyOfRange(bytes, from, bytes.length));
    }
}
