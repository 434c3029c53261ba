package dev.godwit.audit.migration;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.godwit.audit.access.AccessConfig;
import dev.godwit.audit.access.Caller;
import dev.godwit.audit.config.MigrationConfig;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.core.buffer.Buffer;
import io.vertx.mutiny.core.http.HttpClient;
import io.vertx.mutiny.core.http.HttpClientResponse;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import org.jboss.logging.Logger;

/**
 * The REST interface of migration-service, asked on behalf of whoever sent the request at hand, unless it says otherwise. <b>Failure semantics:</b> every method fails with {@link RefusalException}, for refusals and for answers that do not
 * come alike. <b>Runs on:</b> the event loop.
 */
@ApplicationScoped
public class MigrationClient {

    private static final Logger LOG = Logger.getLogger(MigrationClient.class);
    private static final int GOOD_MAX = 299;

    private final HttpClient http;
    private final ObjectMapper json;
    private final MigrationConfig config;
    private final Caller caller;
    private final Map<String, String> own;

    MigrationClient(Vertx vertx, ObjectMapper json, MigrationConfig config, Caller caller, AccessConfig access) {
        this.http = vertx.createHttpClient();
        this.json = json;
        this.config = config;
        this.caller = caller;
        this.own = access.migrationToken()
                .map(token -> Map.of("Authorization", "Bearer " + token))
                .orElse(Map.of());
    }

    /** All migrations with their states, parents before children. */
    public Uni<JsonNode> migrations() {
        return ask(HttpMethod.GET, "/api/migrations", null);
    }

    /** Every statement that the migration would execute. */
    public Uni<JsonNode> explain(String migration) {
        return ask(HttpMethod.GET, "/api/migrations/" + encoded(migration) + "/explain", null);
    }

    /** Which parts of its tables the run has been through. */
    public Uni<JsonNode> chunks(String run) {
        return ask(HttpMethod.GET, "/api/runs/" + encoded(run) + "/chunks", null);
    }

    /** What a rollback would restore, delete and leave, table by table. */
    public Uni<JsonNode> previewRollback(String run) {
        return ask(HttpMethod.POST, "/api/runs/" + encoded(run) + "/rollback", json.createObjectNode());
    }

    /** Has a command carried out: its path, such as {@code pause}, and its data. */
    public Uni<JsonNode> command(String run, String command, ObjectNode data) {
        return ask(HttpMethod.POST, "/api/runs/" + encoded(run) + "/" + command, data);
    }

    /** Runs that changed since then, each with the number of its newest event. Asked by this service for itself. */
    public Uni<JsonNode> versions(Instant since) {
        return ask(HttpMethod.GET, "/api/runs/versions?since=" + encoded(since.toString()), null, own);
    }

    /** Has events of the run published again that the outbox still has, a piece of them. Asked by this service for itself. */
    public Uni<JsonNode> resend(String run, ObjectNode wanted) {
        return ask(HttpMethod.POST, "/api/runs/" + encoded(run) + "/resend", wanted, own);
    }

    private Uni<JsonNode> ask(HttpMethod method, String path, JsonNode body) {
        return ask(method, path, body, caller.actingFor());
    }

    private Uni<JsonNode> ask(HttpMethod method, String path, JsonNode body, Map<String, String> proof) {
        RequestOptions options = new RequestOptions()
                .setMethod(method)
                .setAbsoluteURI(config.url().toString().replaceFirst("/$", "") + path)
                .putHeader("Accept", "application/json")
                .putHeader("Content-Type", "application/json");
        proof.forEach(options::putHeader);
        return http.request(options)
                .chain(request -> body == null ? request.send() : request.send(body.toString()))
                .chain(response -> response.body().map(content -> answer(response, content)))
                .ifNoItem()
                .after(config.timeout())
                .fail()
                .onFailure(failure -> !(failure instanceof RefusalException))
                .transform(this::unavailable);
    }

    private JsonNode answer(HttpClientResponse response, Buffer content) {
        JsonNode answer = read(content);
        if (response.statusCode() > GOOD_MAX) {
            throw new RefusalException(
                    answer.path("code").asText("http_" + response.statusCode()),
                    answer.path("detail").asText("migration-service answered with status " + response.statusCode()));
        }
        return answer;
    }

    private JsonNode read(Buffer content) {
        try {
            return json.readTree(content.getBytes());
        } catch (JsonProcessingException noJson) {
            return json.missingNode();
        } catch (IOException impossible) {
            throw new IllegalStateException("bytes in memory cannot fail to be read", impossible);
        }
    }

    private RefusalException unavailable(Throwable failure) {
        LOG.debugf(failure, "migration-service does not answer at %s", config.url());
        return new RefusalException(
                RefusalException.UNAVAILABLE, "migration-service does not answer; this page knows what the trail has.");
    }

    private static String encoded(String segment) {
        return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
