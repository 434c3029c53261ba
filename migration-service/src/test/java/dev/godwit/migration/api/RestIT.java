package dev.godwit.migration.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.health.HealthRounds;
import dev.godwit.migration.run.Refusal;
import dev.godwit.migration.testing.StubRuns;
import dev.godwit.migration.testing.StubbedRuns;
import dev.godwit.migration.testing.TestPostgres;
import dev.godwit.migration.testing.TestTokens;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.pgclient.PgException;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@TestProfile(StubbedRuns.class)
class RestIT {

    private static final String JSON = "application/json";

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @TestHTTPResource
    URI base;

    @Inject
    StubRuns runs;

    @Inject
    HealthRounds rounds;

    @Inject
    Pool pool;

    @Test
    void shouldListMigrationsWithTheirState() throws Exception {
        JsonArray migrations = new JsonArray(get("/api/migrations").body());

        assertThat(migrations).hasSize(1);
        assertThat(migrations.getJsonObject(0).getString("name")).isEqualTo("documents-uuid5");
        assertThat(migrations.getJsonObject(0).getString("state")).isEqualTo("applied");
        assertThat(migrations.getJsonObject(0).containsKey("definition")).isFalse();
    }

    @Test
    void shouldShowOneMigrationWithItsText() throws Exception {
        JsonObject migration =
                new JsonObject(get("/api/migrations/documents-uuid5").body());

        assertThat(migration.getString("definition")).startsWith("migration: documents-uuid5");
        assertThat(migration.getString("hash")).startsWith("sha256:");
        assertThat(migration.getString("operation")).isEqualTo("rekey");
        problemMustBe(404, "unknown_migration", get("/api/migrations/nobody"));
        problemMustBe(404, "unknown_migration", get("/api/migrations/nobody/explain"));
        assertThat(get("/api/migrations/documents-uuid5/explain").statusCode()).isEqualTo(200);
    }

    @Test
    void shouldStampWhatWasAppliedElsewhere() throws Exception {
        HttpResponse<String> stamped =
                post("/api/migrations/documents-uuid5/stamp", "{\"requestedBy\":\"ann\",\"reason\":\"by hand\"}");
        HttpResponse<String> removed = post("/api/migrations/documents-uuid5/stamp", "{\"remove\":true}");

        assertThat(stamped.statusCode()).isEqualTo(200);
        assertThat(new JsonObject(stamped.body()).getString("state")).isEqualTo("applied");
        assertThat(new JsonObject(removed.body()).getString("state")).isEqualTo("unapplied");
        problemMustBe(404, "unknown_migration", post("/api/migrations/nobody/stamp", "{}"));
        problemMustBe(400, "bad_data", post("/api/migrations/documents-uuid5/stamp", "{\"sql\":\"SELECT 1\"}"));
    }

    @Test
    void shouldTellMistakesInTheDirectory() throws Exception {
        JsonObject error = new JsonArray(get("/api/definitions/errors").body()).getJsonObject(0);

        assertThat(error.getString("file")).isEqualTo("broken.yaml");
        assertThat(error.fieldNames()).containsExactlyInAnyOrder("file", "line", "column", "key", "message", "remedy");
    }

    @Test
    void shouldStartARun() throws Exception {
        HttpResponse<String> answer =
                post("/api/runs", "{\"migration\":\"documents-uuid5\",\"mode\":\"commit\",\"commandId\":\"rest-1\"}");

        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(new JsonObject(answer.body()).getString("commandId")).isEqualTo("rest-1");
        assertThat(runs.asked()).contains("start rest-1 documents-uuid5 true");
    }

    @ParameterizedTest
    @ValueSource(strings = {"pause", "resume", "cancel", "complete", "verify", "retry", "forget"})
    void shouldPassChangesOn(String change) throws Exception {
        HttpResponse<String> answer =
                post("/api/runs/r9/" + change, "{\"requestedBy\":\"eve\",\"reason\":\"so\",\"commandId\":\"c\"}");

        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(runs.asked()).contains(change + " r9 c ann so");
        assertThat(post("/api/runs/r9/" + change, "").statusCode()).isEqualTo(202);
    }

    @Test
    void shouldRefuseAPaceThatIsNone() throws Exception {
        problemMustBe(404, "unknown_run", get("/api/runs/unknown/pace"));
        problemMustBe(404, "unknown_run", post("/api/runs/unknown/pace", "{\"pace\":\"full\"}"));
        problemMustBe(400, "bad_data", post("/api/runs/r9/pace", "{}"));
        problemMustBe(400, "bad_data", post("/api/runs/r9/pace", "{\"pace\":\"fast\"}"));
        problemMustBe(400, "bad_data", post("/api/runs/r9/pace", "{\"onlyBetween\":\"22:00-06:00\"}"));
        problemMustBe(400, "bad_data", post("/api/runs/r9/pace", "{\"sql\":\"SELECT 1\"}"));
        problemMustBe(
                400, "bad_data", post("/api/runs/r9/pace", "{\"anyTime\":true,\"onlyBetween\":\"22:00-06:00 UTC\"}"));
    }

    @Test
    void shouldTellWhatARollbackWouldDoUnlessCommitIsSaid() throws Exception {
        HttpResponse<String> preview = post("/api/runs/r8/rollback", "{}");
        HttpResponse<String> rollback = post("/api/runs/r8/rollback", "{\"commit\":true,\"commandId\":\"b\"}");

        assertThat(preview.statusCode()).isEqualTo(200);
        assertThat(new JsonObject(preview.body()).getJsonArray("preview")).isEmpty();
        assertThat(rollback.statusCode()).isEqualTo(202);
        assertThat(runs.asked()).contains("preview r8", "rollback r8 b ann -");
    }

    @Test
    void shouldListRunsByMigrationAndState() throws Exception {
        assertThat(new JsonArray(get("/api/runs?migration=m&state=rolling-back").body()))
                .hasSize(1);
        assertThat(runs.asked()).contains("runs m rolling-back - 500");
        problemMustBe(400, "bad_parameter", get("/api/runs?state=sleeping"));
    }

    @Test
    void shouldListRunsPageByPage() throws Exception {
        assertThat(new JsonArray(get("/api/runs?after=r7&limit=20").body())).hasSize(1);
        assertThat(runs.asked()).contains("runs - - r7 20");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "501", "-1", "many", "99999999999"})
    void shouldSayHowLongAPageMayBe(String limit) throws Exception {
        HttpResponse<String> answer = get("/api/runs?limit=" + limit);

        problemMustBe(400, "bad_parameter", answer);
        assertThat(answer.body()).contains("from 1 to 500");
    }

    @Test
    void shouldFindWhereAnEntityWent() throws Exception {
        assertThat(new JsonObject(get("/api/ids?table=documents&key=old").body()).getString("newKey"))
                .isEqualTo("n");
        assertThat(runs.asked()).contains("identity public.documents old");
        problemMustBe(404, "unknown_id", get("/api/ids?table=documents&key=nobody"));
        problemMustBe(400, "bad_parameter", get("/api/ids?table=documents"));
        problemMustBe(400, "bad_parameter", get("/api/ids?table=a.b.c&key=old"));
        problemMustBe(400, "bad_parameter", get("/api/ids?table=documents&key=%00"));
    }

    @Test
    void shouldExamineTheDatabase() throws Exception {
        HttpResponse<String> answer = get("/api/doctor");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(checks(answer))
                .containsEntry("server version", "ok")
                .containsEntry("wal_level", "ok")
                .containsEntry("schema godwit", "ok")
                .containsEntry("replication slot", "fail");
    }

    @Test
    void shouldExamineWhatAMigrationNeeds() throws Exception {
        HttpResponse<String> answer = get("/api/doctor?migration=documents-uuid5");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(checks(answer))
                .containsEntry("server version", "ok")
                .containsEntry("migration documents-uuid5: unknown_table", "fail");
        problemMustBe(404, "unknown_migration", get("/api/doctor?migration=nobody"));
    }

    @Test
    void shouldTellThatNothingIsKnownOfWhatCannotBeMeasured() throws Exception {
        JsonObject before =
                new JsonObject(get("/api/health?migration=documents-uuid5").body());

        JsonObject now = new JsonObject(
                get("/api/health?migration=documents-uuid5&now=true").body());
        assertThat(now.getJsonArray("migrations")
                        .getJsonObject(0)
                        .getJsonArray("measures")
                        .getJsonObject(0)
                        .getString("reason"))
                .isEqualTo("unknown_table");
        assertThat(get("/api/health?migration=documents-uuid5").body())
                .as("nobody else is told")
                .contains("not_measured");
        problemMustBe(400, "bad_parameter", get("/api/health?now=true"));

        boolean measured = rounds.round().await().atMost(TestPostgres.stepTimeout());
        JsonObject after = new JsonObject(get("/api/health").body());

        assertThat(measured).isTrue();
        assertThat(before.getJsonArray("migrations").getJsonObject(0).getString("reason"))
                .isEqualTo("not_measured");
        JsonObject measure = after.getJsonArray("migrations")
                .getJsonObject(0)
                .getJsonArray("measures")
                .getJsonObject(0);
        assertThat(measure.getString("name") + " " + measure.getString("reason"))
                .isEqualTo("wrong-keys unknown_table");
        assertThat(before.getString("state") + " " + after.getString("state")).isEqualTo("unknown unknown");
        problemMustBe(404, "unknown_migration", get("/api/health?migration=nobody"));
    }

    @Test
    void shouldRehearseWhatARunWouldNotBeRefused() throws Exception {
        problemMustBe(422, "unknown_table", post("/api/migrations/documents-uuid5/rehearse", "{\"sample\":3}"));
        problemMustBe(404, "unknown_migration", post("/api/migrations/nobody/rehearse", ""));
        problemMustBe(400, "bad_data", post("/api/migrations/documents-uuid5/rehearse", "{\"sample\":0}"));
        problemMustBe(400, "bad_data", post("/api/migrations/documents-uuid5/rehearse", "{\"sample\":1001}"));
        assertThat(new JsonObject(get("/api/rehearsal").body()).getBoolean("copy"))
                .isFalse();
    }

    @Test
    void shouldShowWhichPartsOfItsTablesARunHasBeenThrough() throws Exception {
        pool.query("""
                INSERT INTO godwit.run (id, migration, operation, mode, state, definition, definition_file, definition_hash, generation)
                SELECT id, id, 'rekey', 'commit', 'completed', '', '', '', 2 FROM (VALUES ('mapped'), ('large')) AS runs(id);
                INSERT INTO godwit.chunk (run_id, number, kind, generation, relation, relation_oid, from_block, to_block, cursor, state)
                VALUES ('mapped', 1, 'backfill', 1, 'public.before', 0, 0, 10, 10, 'done'),
                       ('mapped', 2, 'backfill', 2, 'public.a', 0, 0, 10, 3, 'done'),
                       ('mapped', 3, 'backfill', 2, 'public.a', 0, 10, 20, 15, 'open'),
                       ('mapped', 4, 'sweep', 2, 'public.b', 0, 0, 10, 0, 'open');
                INSERT INTO godwit.chunk (run_id, number, kind, generation, relation, relation_oid, from_block, to_block, cursor)
                SELECT 'large', n, 'backfill', 2, 'public.a', 0, n, n + 1, n FROM generate_series(1, 1000) AS n
                """).execute().await().atMost(TestPostgres.stepTimeout());

        JsonArray mapped = new JsonObject(get("/api/runs/mapped/chunks").body()).getJsonArray("cells");
        JsonArray large = new JsonObject(get("/api/runs/large/chunks").body()).getJsonArray("cells");

        assertThat(mapped.stream()
                        .map(JsonObject.class::cast)
                        .map(cell -> String.join(
                                " ",
                                cell.getString("table"),
                                cell.getString("state"),
                                String.valueOf(cell.getDouble("passed")))))
                .containsExactly("public.a done 1.0", "public.a begun 0.5", "public.b waiting 0.0");
        assertThat(large).hasSize(480);
        assertThat(large.stream()
                        .map(JsonObject.class::cast)
                        .mapToLong(cell -> cell.getLong("chunks"))
                        .sum())
                .isEqualTo(1000);
        runs.failNext(new Refusal(Refusal.Kind.NOT_FOUND, "unknown_run", "no run has this id"));
        problemMustBe(404, "unknown_run", get("/api/runs/nobody/chunks"));
    }

    private static Map<String, String> checks(HttpResponse<String> answer) {
        return new JsonObject(answer.body())
                .getJsonArray("checks").stream()
                        .map(JsonObject.class::cast)
                        .collect(
                                Collectors.toMap(check -> check.getString("name"), check -> check.getString("status")));
    }

    @Test
    void shouldTakeOnEntities() throws Exception {
        HttpResponse<String> answer =
                post("/api/entities/migrate", "{\"migration\":\"m\",\"keys\":[\"a\",\"b\"],\"commandId\":\"e\"}");

        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(new JsonObject(answer.body()).getInteger("accepted")).isEqualTo(2);
        assertThat(runs.asked()).contains("migrate e m [a, b]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{              | bad_json      | line",
                "[1]            | bad_data      | object",
                "{}             | bad_data      | 'migration'",
                "{\"migration\":\"m\",\"mod\":1} | bad_data | 'mod'",
                "{\"migration\":\"m\",\"limit\":0} | bad_data | 'limit'"
            })
    void shouldRefuseBadBodiesByName(String body, String code, String named) throws Exception {
        HttpResponse<String> answer = post("/api/runs", body);

        problemMustBe(400, code, answer);
        assertThat(new JsonObject(answer.body()).getString("detail")).contains(named);
    }

    @Test
    void shouldRefuseBodiesThatAreTooLargeOrNoJson() throws Exception {
        assertThat(post("/api/runs", "x".repeat(1_100_000)).statusCode()).isEqualTo(413);
        problemMustBe(415, "unsupported_media_type", send("POST", "/api/runs", "{}", "text/plain"));
    }

    @Test
    void shouldAnswerUnknownPathsAndMethodsWithProblems() throws Exception {
        problemMustBe(404, "unknown_path", get("/api/nothing"));
        problemMustBe(405, "method_not_allowed", send("DELETE", "/api/runs/r1", "", JSON));
        problemMustBe(404, "unknown_run", post("/api/runs/unknown/pause", ""));
    }

    @ParameterizedTest
    @EnumSource(Refusal.Kind.class)
    void shouldMapEachKindOfRefusal(Refusal.Kind kind) throws Exception {
        runs.failNext(new Refusal(kind, "some_code", "a sentence"));

        HttpResponse<String> answer = get("/api/runs/r1");

        int status =
                switch (kind) {
                    case BAD_REQUEST -> 400;
                    case NOT_FOUND -> 404;
                    case CONFLICT -> 409;
                    case PLAN_CHANGED -> 412;
                    case REFUSED -> 422;
                };
        problemMustBe(status, "some_code", answer);
        assertThat(new JsonObject(answer.body()).getString("detail")).isEqualTo("a sentence");
    }

    @Test
    void shouldNotTellInternals() throws Exception {
        runs.failNext(new IllegalStateException("secret detail"));
        HttpResponse<String> bug = get("/api/capture");
        runs.failNext(new IOException("connection to 10.0.0.1 refused"));
        HttpResponse<String> away = get("/api/capture");
        runs.failNext(new PgException("relation secret", "ERROR", "42P01", "detail"));
        HttpResponse<String> data = get("/api/capture");

        problemMustBe(500, "internal_error", bug);
        problemMustBe(503, "database_unavailable", away);
        problemMustBe(500, "internal_error", data);
        assertThat(bug.body() + away.body() + data.body())
                .doesNotContain("secret")
                .doesNotContain("10.0.0.1");
    }

    @Test
    void shouldBeReadyAndDescribeItself() throws Exception {
        assertThat(get("/q/health/ready").statusCode()).isEqualTo(200);
        assertThat(get("/q/health/ready").body()).contains("PostgreSQL").contains("Kafka");
        assertThat(get("/q/health/live").body()).contains("Runs are driven").doesNotContain("DOWN");
        assertThat(get("/q/metrics").statusCode()).isEqualTo(200);
        assertThat(send("GET", "/q/openapi?format=json", null, JSON).body())
                .contains("/api/runs/{id}/rollback")
                .contains("StartRun")
                .contains("Problem");
    }

    private static void problemMustBe(int status, String code, HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("content-type").orElse("")).startsWith("application/problem+json");
        JsonObject problem = new JsonObject(answer.body());
        assertThat(problem.getString("code")).isEqualTo(code);
        assertThat(problem.getInteger("status")).isEqualTo(status);
        assertThat(problem.fieldNames()).containsExactlyInAnyOrder("type", "title", "status", "detail", "code");
    }

    private HttpResponse<String> get(String path) throws Exception {
        return send("GET", path, null, JSON);
    }

    private HttpResponse<String> post(String path, String body) throws Exception {
        return send("POST", path, body, JSON);
    }

    private HttpResponse<String> send(String method, String path, String body, String contentType) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(base.resolve(path))
                .header("content-type", contentType)
                .header("authorization", "Bearer " + TestTokens.ADMIN)
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }
}
