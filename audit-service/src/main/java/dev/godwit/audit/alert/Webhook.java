package dev.godwit.audit.alert;

import dev.godwit.audit.config.AlertConfig;
import io.quarkus.runtime.Startup;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.core.http.HttpClient;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Sends notices, signed. <b>Failure semantics:</b> fails where the receiver does not answer with 2xx in time. <b>Runs on:</b> the event loop. */
@Startup
@ApplicationScoped
class Webhook {

    private static final String ALGORITHM = "HmacSHA256";
    private static final int GOOD_MIN = 200;
    private static final int GOOD_MAX = 299;

    private final HttpClient http;
    private final AlertConfig.Webhook config;

    Webhook(Vertx vertx, AlertConfig config) {
        this.http = vertx.createHttpClient();
        this.config = config.webhook();
        if (this.config.url().isPresent()
                && this.config.secret().filter(secret -> !secret.isBlank()).isEmpty()) {
            throw new IllegalStateException(
                    "GODWIT_ALERT_WEBHOOK_SECRET is missing: a receiver could not tell notices from forgeries");
        }
    }

    boolean isConfigured() {
        return config.url().isPresent();
    }

    Uni<Void> send(String body) {
        long now = Instant.now().getEpochSecond();
        RequestOptions options = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setAbsoluteURI(config.url().orElseThrow().toString())
                .putHeader("Content-Type", "application/json")
                .putHeader(
                        "Godwit-Signature",
                        "t=" + now + ",v1=" + signature(config.secret().orElseThrow(), now, body));
        return http.request(options)
                .chain(request -> request.send(body))
                .ifNoItem()
                .after(config.timeout())
                .fail()
                .invoke(response -> mustBeGood(response.statusCode()))
                .chain(response -> response.end());
    }

    private static void mustBeGood(int status) {
        if (status < GOOD_MIN || status > GOOD_MAX) {
            throw new IllegalStateException("the receiver answered with status " + status);
        }
    }

    /** Hex of HMAC-SHA256 over the time in seconds, a dot and the body. */
    static String signature(String secret, long seconds, String body) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), ALGORITHM));
            return HexFormat.of().formatHex(mac.doFinal((seconds + "." + body).getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HMAC-SHA256", e);
        }
    }
}
