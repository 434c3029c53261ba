package dev.godwit.migration.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.godwit.migration.testing.Rubbish;
import dev.godwit.migration.testing.StubRuns;
import dev.godwit.migration.testing.StubbedRuns;
import dev.godwit.migration.testing.TestTokens;
import dev.godwit.migration.testing.Topics;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

/** Whatever is sent, somebody is told why it was not done, and the service goes on. */
@QuarkusTest
@TestProfile(StubbedRuns.class)
class RubbishIT {

    private static final int REQUESTS = 400;
    private static final int COMMANDS = 250;
    private static final String TOPIC = "godwit.commands";

    private static final List<String> GOOD = List.of(
            "{\"migration\":\"m\",\"mode\":\"commit\",\"limit\":5,\"only\":[\"a\",\"b\"],\"plan\":\"r1\",\"follow\":true,\"maxRate\":9,\"pace\":\"gentle\",\"reason\":\"x\"}",
            "{\"migration\":\"m\",\"keys\":[\"a\",\"b\"],\"commandId\":\"c\"}",
            "{\"migrations\":[\"a\",\"b\"],\"mode\":\"plan\"}",
            "{\"run\":\"r1\",\"reason\":\"because\",\"commit\":true}",
            "{\"pace\":\"full\",\"onlyBetween\":\"22:00-06:00 UTC\"}",
            "{\"sample\":5}",
            "{\"remove\":true,\"requestedBy\":\"eve\"}");

    private static final List<String> POSTS = List.of(
            "/api/runs",
            "/api/series",
            "/api/entities/migrate",
            "/api/runs/r1/pause",
            "/api/runs/r1/rollback",
            "/api/runs/r1/pace",
            "/api/migrations/documents-uuid5/rehearse",
            "/api/migrations/documents-uuid5/stamp",
            "/api/series/s/cancel",
            "/api/runs/r1/forget");

    private static final List<String> GETS = List.of(
            "/api/migrations/%s",
            "/api/migrations/%s/explain",
            "/api/runs/%s",
            "/api/runs?state=%s",
            "/api/runs?migration=%s",
            "/api/runs?after=%s",
            "/api/runs?limit=%s",
            "/api/ids?table=%s&key=a",
            "/api/ids?table=a&key=%s",
            "/api/series/%s",
            "/api/runs/%s/pace",
            "/api/runs/%s/plan",
            "/api/doctor?migration=%s",
            "/api/health?migration=%s",
            "/%s",
            "/q/%s");

    private static final List<String> TYPES = List.of(
            "dev.godwit.run.start",
            "dev.godwit.series.start",
            "dev.godwit.entities.migrate",
            "dev.godwit.run.pause",
            "dev.godwit.run.rollback",
            "dev.godwit.run.forget",
            "dev.godwit.run.explode",
            "");

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @TestHTTPResource
    URI base;

    @ConfigProperty(name = "kafka.bootstrap.servers")
    String bootstrapServers;

    @Inject
    StubRuns runs;

    @Test
    void shouldAnswerRubbishOverRestWithAReason() throws Exception {
        Rubbish rubbish = Rubbish.make("REST");
        for (int i = 0; i < REQUESTS; i++) {
            byte[] body = rubbish.of(rubbish.oneOf(GOOD));
            String path = rubbish.oneOf(POSTS);
            mustBeAnswered(rubbish + " POST " + path, request(path).POST(HttpRequest.BodyPublishers.ofByteArray(body)));
            String asked = rubbish.oneOf(GETS).formatted(URLEncoder.encode(rubbish.text(60), StandardCharsets.UTF_8));
            mustBeAnswered(rubbish + " GET " + asked, request(asked).GET());
        }
        assertThat(client.send(request("/q/health/live").build(), HttpResponse.BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(200);
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(base.resolve(path))
                .header("content-type", "application/json")
                .header("authorization", "Bearer " + TestTokens.ADMIN);
    }

    private void mustBeAnswered(String what, HttpRequest.Builder request) throws Exception {
        HttpResponse<String> answer = client.send(request.build(), HttpResponse.BodyHandlers.ofString());

        assertThat(answer.statusCode()).as("%s: %s", what, answer.body()).isLessThan(500);
        assertThat(answer.body()).as(what).doesNotContain("\tat ").doesNotContain("Exception");
        if (answer.statusCode() >= 400 && what.contains(" /api/")) {
            assertThat(answer.headers().firstValue("content-type").orElse("none"))
                    .as("%s: %d %s", what, answer.statusCode(), answer.body())
                    .startsWith("application/problem+json");
        }
    }

    @Test
    void shouldPutRubbishOverKafkaAside() {
        Rubbish rubbish = Rubbish.make("Kafka");
        String mark = UUID.randomUUID().toString();
        try (Topics topics = new Topics(bootstrapServers)) {
            for (int i = 0; i < COMMANDS; i++) {
                topics.send(
                        TOPIC,
                        mark,
                        rubbish.of(rubbish.oneOf(GOOD)),
                        Map.of(
                                "ce_specversion",
                                "1.0",
                                "ce_id",
                                mark + i,
                                "ce_type",
                                rubbish.oneOf(TYPES),
                                "ce_source",
                                rubbish.text(30),
                                "content-type",
                                "application/json"));
                topics.send(TOPIC, mark, rubbish.of(structured(rubbish.oneOf(TYPES), rubbish.oneOf(GOOD))), Map.of());
            }
            topics.send(
                    TOPIC,
                    mark,
                    GOOD.get(0).getBytes(StandardCharsets.UTF_8),
                    Map.of(
                            "ce_specversion",
                            "1.0",
                            "ce_id",
                            mark,
                            "ce_type",
                            TYPES.get(0),
                            "content-type",
                            "application/json"));

            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() ->
                            assertThat(runs.asked()).as(rubbish.toString()).contains("start " + mark + " m true"));
            List<ConsumerRecord<byte[], byte[]>> buried = topics.all("godwit.dead-letters").stream()
                    .filter(record -> mark.equals(Topics.text(record.key())))
                    .toList();
            assertThat(buried)
                    .as(rubbish.toString())
                    .hasSizeGreaterThan(COMMANDS / 2)
                    .allSatisfy(record -> assertThat(Topics.header(record, "dead-letter-reason"))
                            .matches("(?s)[a-z_]+: .+")
                            .doesNotStartWith("internal_error"));
        }
    }

    @Test
    void shouldRunNothingThatACommandBrings() {
        String mark = UUID.randomUUID().toString();
        List<String> commands = List.of(
                "{\"migration\":\"m\",\"sql\":\"DROP TABLE documents\"}",
                "{\"migration\":\"m\",\"rekey\":{\"table\":\"documents\",\"key\":\"id\",\"to\":\"now()\"}}",
                "{\"migration\":\"m\",\"definition\":\"migration: m\\nschema: {up: DROP TABLE documents}\"}",
                "{\"migration\":\"m\",\"where\":\"true\"}",
                "{\"migration\":{\"schema\":{\"up\":\"DROP TABLE documents\"}}}",
                "{\"migration\":\"m\",\"only\":[{\"sql\":\"SELECT 1\"}]}");
        try (Topics topics = new Topics(bootstrapServers)) {
            for (int i = 0; i < commands.size(); i++) {
                topics.send(TOPIC, mark, commands.get(i).getBytes(StandardCharsets.UTF_8), start(mark + "-" + i));
            }
            topics.send(TOPIC, mark, "{\"migration\":\"m\"}".getBytes(StandardCharsets.UTF_8), start(mark));

            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(runs.asked()).contains("start " + mark + " m false"));
            assertThat(runs.asked()).noneMatch(call -> call.contains(mark + "-"));
            assertThat(topics.all("godwit.dead-letters").stream()
                            .filter(record -> mark.equals(Topics.text(record.key())))
                            .map(record -> Topics.header(record, "dead-letter-reason")))
                    .hasSize(commands.size())
                    .allMatch(reason -> reason.startsWith("bad_data: "));
        }
    }

    private static Map<String, String> start(String id) {
        return Map.of(
                "ce_specversion", "1.0", "ce_id", id, "ce_type", TYPES.get(0), "content-type", "application/json");
    }

    private static String structured(String type, String data) {
        return "{\"specversion\":\"1.0\",\"id\":\"" + UUID.randomUUID() + "\",\"source\":\"/x\",\"type\":\"" + type
                + "\",\"data\":" + data + "}";
    }
}
