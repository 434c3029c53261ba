package dev.godwit.migration.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.godwit.migration.telemetry.Traceparent;
import dev.godwit.migration.testing.OtlpReceiver;
import dev.godwit.migration.testing.Topics;
import dev.godwit.migration.testing.TracedService;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One trace from a command to its outcomes, as a collector gets it and as messages carry it. */
@QuarkusTest
@TestProfile(TracedService.class)
class TracedRunsIT extends LiveRuns {

    private static final String RECEIVED = "process godwit.commands";
    private static final String CHUNK = "process godwit.chunks";

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** The span of whoever sends a command. */
    private final Caller caller = Caller.sampled("01");

    @ConfigProperty(name = OtlpReceiver.ENDPOINT)
    String collector;

    @ConfigProperty(name = "kafka.bootstrap.servers")
    String bootstrapServers;

    @TestHTTPResource
    URI service;

    private Topics topics;

    private record Caller(String trace, String span, String flags) {

        static Caller sampled(String flags) {
            String digits = UUID.randomUUID().toString().replace("-", "");
            return new Caller(digits, digits.substring(8, 24), flags);
        }

        String traceparent() {
            return "00-" + trace + "-" + span + "-" + flags;
        }
    }

    @BeforeEach
    void connect() {
        topics = new Topics(bootstrapServers);
    }

    @AfterEach
    void disconnect() {
        topics.close();
    }

    @Test
    void shouldLeadFromACommandOnKafkaToItsOutcomes() {
        String run = runOf(send("dev.godwit.run.start", "{\"migration\":\"first\",\"mode\":\"commit\"}", caller));
        must(run, RunState.COMPLETED);

        mustHaveSpans(caller, RECEIVED, "plan prepare", "plan cut", "run backfilling", CHUNK, "run completed");
        JsonObject received = named(caller, RECEIVED).get(0);
        assertThat(received.getString("parent")).isEqualTo(caller.span());
        assertThat(received.getJsonObject("attributes").getString("godwit.command"))
                .isEqualTo("dev.godwit.run.start");
        assertThat(spans(caller))
                .filteredOn(span -> !span.equals(received))
                .allSatisfy(span ->
                        assertThat(span.getString("parent")).as(span.encode()).isEqualTo(received.getString("span")))
                .allSatisfy(span -> assertThat(span.getJsonObject("attributes").getString("godwit.run"))
                        .isEqualTo(run));
        JsonObject backfill = named(caller, CHUNK).stream()
                .filter(span -> span.getJsonObject("attributes")
                        .getString("godwit.chunk.kind")
                        .equals("backfill"))
                .findFirst()
                .orElseThrow();
        assertThat(backfill.getJsonObject("attributes").getString("godwit.outcomes"))
                .isEqualTo("20");
        assertThat(values(
                        "SELECT traceparent FROM godwit.outbox WHERE subject = $1 AND topic = 'godwit.outcomes'", run))
                .as("outcomes of the chunk belong to its span")
                .containsOnly("00-" + caller.trace() + "-" + backfill.getString("span") + "-01");
        assertThat(values(
                        "SELECT DISTINCT traceparent FROM godwit.outbox WHERE subject = $1 AND topic = 'godwit.runs'",
                        run))
                .containsExactly("00-" + caller.trace() + "-" + received.getString("span") + "-01");
        assertThat(topics.all("godwit.chunks"))
                .filteredOn(message -> Topics.text(message.value()).contains(run))
                .isNotEmpty()
                .allSatisfy(message ->
                        assertThat(Topics.header(message, Traceparent.HEADER)).contains(caller.trace()));
    }

    @Test
    void shouldNameNoKeyInAnySpan() throws IOException, InterruptedException {
        HttpResponse<String> found = client.send(
                HttpRequest.newBuilder(service.resolve("/api/ids?table=public.first&key=old%2012"))
                        .header("traceparent", caller.traceparent())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        execute("INSERT INTO first VALUES ('old 98', 'new 1')");

        String run = runOf(send("dev.godwit.run.start", "{\"migration\":\"first\",\"mode\":\"commit\"}", caller));

        patiently().until(() -> run(run).state() == RunState.COMPLETED || run(run).state() == RunState.FAILED);
        mustHaveSpans(caller, RECEIVED, CHUNK);
        assertThat(found.statusCode()).isIn(200, 404);
        assertThat(spans(caller)).noneMatch(span -> span.encode().matches(".*(old|new)( |%20)[0-9].*"));
    }

    @Test
    void shouldBelongToWhoeverAskedForTheRollback() throws IOException, InterruptedException {
        String run = runOf(send("dev.godwit.run.start", "{\"migration\":\"first\",\"mode\":\"commit\"}", caller));
        must(run, RunState.COMPLETED);
        Caller another = Caller.sampled("01");

        HttpResponse<String> answer = client.send(
                HttpRequest.newBuilder(service.resolve("/api/runs/" + run + "/rollback"))
                        .header("traceparent", another.traceparent())
                        .header("content-type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString("{\"commit\":true}"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(202);
        must(run, RunState.ROLLED_BACK);
        mustHaveSpans(another, "run rolling-back", CHUNK, "run rolled-back");
        assertThat(values(
                        "SELECT traceparent FROM godwit.outbox WHERE subject = $1 AND topic = 'godwit.outcomes' AND convert_from(payload, 'UTF8')::jsonb ->> 'lane' = 'rollback'",
                        run))
                .isNotEmpty()
                .allMatch(trace -> trace.contains(another.trace()));
        assertThat(named(another, CHUNK))
                .extracting(span -> span.getJsonObject("attributes").getString("godwit.chunk.kind"))
                .contains("undo");
    }

    @Test
    void shouldBelongToWhoeverResumedTheRun() {
        String run = following("first");
        command(RunCommand.PAUSE, run);

        send("dev.godwit.run.resume", "{\"run\":\"" + run + "\"}", caller);

        mustHaveSpans(caller, RECEIVED, "run following");
        insert("first", 21, 22);
        patiently().untilAsserted(() -> assertThat(pending("first")).isZero());
        // By the tail, or put aside and taken up: whichever of the two it is, it is done for whoever resumed.
        assertThat(values(
                        "SELECT traceparent FROM godwit.outbox WHERE subject = $1 AND topic = 'godwit.outcomes' AND convert_from(payload, 'UTF8')::jsonb -> 'outcomes' @> '[{\"key\": \"old 21\"}]'",
                        run))
                .isNotEmpty()
                .allMatch(trace -> trace.contains(caller.trace()));
        complete(run);
    }

    @Test
    void shouldAnswerARequestForEntitiesInTheTraceOfTheRequest() {
        String run = following("first");
        connector.stop();
        insert("first", 30, 30);

        String asked = send("dev.godwit.entities.migrate", "{\"migration\":\"first\",\"keys\":[\"old 30\"]}", caller);

        patiently().untilAsserted(() -> assertThat(values(
                        "SELECT traceparent FROM godwit.outbox WHERE topic = 'godwit.outcomes' AND convert_from(payload, 'UTF8')::jsonb ->> 'commandId' = $1",
                        asked))
                .hasSize(1)
                .allMatch(trace -> trace.contains(caller.trace())));
        connector.goOn();
        complete(run);
    }

    @Test
    void shouldTellARejectionInTheTraceOfItsCommand() {
        String rejected = send("dev.godwit.run.pause", "{\"run\":\"nobody\"}", caller);

        mustHaveSpans(caller, RECEIVED);
        JsonObject received = named(caller, RECEIVED).get(0);
        assertThat(received.getBoolean("failed")).isTrue();
        assertThat(received.getJsonObject("attributes").getString("error.type")).isEqualTo("unknown_run");
        assertThat(values(
                        "SELECT traceparent FROM godwit.outbox WHERE type = 'dev.godwit.command.rejected' AND convert_from(payload, 'UTF8')::jsonb ->> 'commandId' = $1",
                        rejected))
                .containsExactly("00-" + caller.trace() + "-" + received.getString("span") + "-01");
    }

    @Test
    void shouldStartRunsOfASeriesInTheTraceOfItsCommand() {
        send("dev.godwit.series.start", "{\"migrations\":[\"second\"],\"mode\":\"commit\"}", caller);

        mustHaveSpans(caller, RECEIVED, CHUNK, "run completed");
    }

    @Test
    void shouldPassOnThatATraceIsNotSampledAndSendNothing() {
        Caller unsampled = Caller.sampled("00");

        String run = runOf(send("dev.godwit.run.start", "{\"migration\":\"first\",\"mode\":\"commit\"}", unsampled));
        must(run, RunState.COMPLETED);
        send("dev.godwit.run.pause", "{\"run\":\"nobody\"}", caller);

        mustHaveSpans(caller, RECEIVED);
        assertThat(spans(unsampled)).isEmpty();
        assertThat(values("SELECT traceparent FROM godwit.outbox WHERE subject = $1", run))
                .allMatch(trace -> trace.startsWith("00-" + unsampled.trace()) && trace.endsWith("-00"));
    }

    @Test
    void shouldBeginATraceWhereTheHeaderIsNone() {
        String run = runOf(send(
                "dev.godwit.run.start",
                "{\"migration\":\"first\",\"mode\":\"commit\"}",
                Map.of("traceparent", "00-zz")));

        must(run, RunState.COMPLETED);
        assertThat(values("SELECT traceparent FROM godwit.run WHERE id = $1", run)
                        .get(0))
                .matches("00-[0-9a-f]{32}-[0-9a-f]{16}-01");
    }

    @CanIgnoreReturnValue
    private String send(String type, String data, Caller sender) {
        return send(type, data, Map.of(Traceparent.HEADER, sender.traceparent()));
    }

    private String send(String type, String data, Map<String, String> headers) {
        String id = UUID.randomUUID().toString();
        Map<String, String> all =
                new HashMap<>(Map.of("ce_specversion", "1.0", "ce_id", id, "ce_type", type, "ce_source", "/test"));
        all.putAll(headers);
        topics.send("godwit.commands", "first", data, all);
        return id;
    }

    private String runOf(String command) {
        patiently().untilAsserted(() -> assertThat(values("SELECT run_id FROM godwit.command WHERE id = $1", command))
                .hasSize(1));
        return value("SELECT run_id FROM godwit.command WHERE id = $1", command);
    }

    private void mustHaveSpans(Caller of, String... names) {
        patiently().untilAsserted(() -> assertThat(spans(of))
                .extracting(span -> span.getString("name"))
                .contains(names));
    }

    private List<JsonObject> named(Caller of, String name) {
        return spans(of).stream()
                .filter(span -> span.getString("name").equals(name))
                .toList();
    }

    private List<JsonObject> spans(Caller of) {
        try {
            String body = client.send(
                            HttpRequest.newBuilder(URI.create(collector + OtlpReceiver.SPANS))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
            return new JsonArray(body)
                    .stream()
                            .map(JsonObject.class::cast)
                            .filter(span -> span.getString("trace").equals(of.trace()))
                            .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
