package dev.godwit.audit.report;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import dev.godwit.audit.testing.AuditIT;
import dev.godwit.audit.testing.TestChain;
import dev.godwit.audit.testing.TestEvent;
import dev.godwit.audit.testing.TestRun;
import dev.godwit.audit.trail.Outcome;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class ReportIT extends AuditIT {

    @Inject
    MeterRegistry metrics;

    private final TestChain chunk = new TestChain(id, "chunk-1", "commit");

    @Test
    void shouldNotBeCompleteUntilTheLastMissingEventHasArrived() {
        // Given
        TestEvent first = chunk.next(List.of(TestChain.migrated("a", "A")));
        TestEvent second = chunk.next(List.of(TestChain.migrated("b", "B")));
        TestEvent third = chunk.next(List.of(TestChain.migrated("c", "C")));

        // When
        wire.publish(run.end(9, "completed", chunk), first, third);

        // Then
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> report().then()
                .body("counts.migrated", equalTo(2))
                .body("complete", equalTo(false))
                .body("chainsIntact", equalTo(false))
                .body("streams[0].missing", equalTo(1))
                .body("findings", empty()));
        wire.publish(second);
        reportMustBecomeComplete(3);
        report().then().body("chainsIntact", equalTo(true));
    }

    /** The last event arrives while a report is being put together; of so many, some meet it in the middle. */
    @Test
    void shouldHaveCountedEverythingWheneverItSaysThatItIsComplete() {
        for (int round = 0; round < 30; round++) {
            String other = id + "-" + round;
            TestChain one = new TestChain(other, "chunk-1", "commit");
            TestEvent first = one.next(List.of(TestChain.migrated("a", "A")));
            TestEvent last = one.next(List.of(TestChain.migrated("b", "B")));
            wire.publish(new TestRun(other, "commit").end(9, "completed", one), first);
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> report(other).then().body("counts.migrated", equalTo(1)));
            wire.publish(last);

            JsonPath report = await().atMost(Duration.ofSeconds(30))
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> report(other).jsonPath(), found -> found.getBoolean("complete"));

            assertThat(report.getInt("counts.migrated")).as("round %d", round).isEqualTo(2);
        }
    }

    @Test
    void shouldNotBeCompleteWithoutAnEnd() {
        // When
        wire.publish(run.state(1, "backfilling", "planning"), chunk.next(List.of(TestChain.migrated("a", "A"))));

        // Then
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> report().then()
                .body("counts.migrated", equalTo(1))
                .body("complete", equalTo(false))
                .body("endedAt", nullValue()));
    }

    @Test
    void shouldRecordAnEventWhoseHashIsWrongAndOneThatClaimsATakenPlace() {
        // Given
        TestEvent wrong = chunk.next(List.of(TestChain.migrated("a", "A")));
        wrong.data().put("hash", "0".repeat(64));
        TestEvent fork = new TestChain(id, "chunk-1", "commit").next(List.of(TestChain.migrated("z", "Z")));
        TestEvent next = chunk.next(List.of(TestChain.migrated("b", "B")));

        // When
        wire.publish(run.state(1, "backfilling", null), wrong, fork, next);

        // Then
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> report().then()
                .body("counts.migrated", equalTo(2))
                .body("chainsIntact", equalTo(false))
                .body("findings.kind", hasItem("broken-hash"))
                .body("findings.kind", hasItem("broken-link"))
                .body("findings.kind", hasItem("fork")));
    }

    @Test
    void shouldKeepRowsThatReferOutOfTheCounts() {
        // When
        wire.publish(
                chunk.next(List.of(
                        TestChain.migrated("a", "A"),
                        new Outcome("public.search_log", "1", null, "migrated", "late_reference", null, "salt"),
                        new Outcome("public.search_log", "2", null, "migrated", "late_reference", null, "salt"))),
                run.end(9, "completed", chunk));

        // Then
        reportMustBecomeComplete(1);
        report().then()
                .body("references.translated", equalTo(2))
                .body("references.tables[0].table", equalTo("public.search_log"));
    }

    @Test
    void shouldCountAnEntityUnderItsLastOutcomeWhicheverStreamComesFirst() {
        // Given
        Outcome held = TestChain.conflict("a", "duplicate");
        TestChain tail = new TestChain(id, "tail-0", "commit");
        TestEvent resolved = tail.next(List.of(TestChain.migratedAfter(held, "A")));
        TestEvent first = chunk.next(List.of(held, TestChain.migrated("b", "B")));

        // When
        wire.publish(resolved, first, run.end(9, "completed", chunk, tail));

        // Then
        reportMustBecomeComplete(2);
        report().then().body("counts.conflict", equalTo(0)).body("reasons.reason", not(hasItem("duplicate")));
    }

    @Test
    void shouldStreamEveryOutcomeAsCsvOverSeveralPages() {
        // Given
        List<TestEvent> events = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            int base = i * 1000;
            events.add(chunk.next(IntStream.range(base, base + 1000)
                    .mapToObj(key -> TestChain.migrated("k" + key, "n,\"" + key))
                    .toList()));
        }
        events.add(run.end(9, "completed", chunk));
        wire.publish(events.toArray(TestEvent[]::new));
        reportMustBecomeComplete(7000);

        // When
        Response csv = given().get("/api/runs/{id}/report?format=csv", id);

        // Then
        csv.then()
                .statusCode(200)
                .contentType(containsString("text/csv"))
                .header("Content-Disposition", containsString(id));
        List<String> lines = csv.asString().lines().toList();
        assertThat(lines).hasSize(7001).doesNotHaveDuplicates();
        assertThat(lines.get(0)).startsWith("run,migration,mode,at,lane");
        assertThat(lines.get(7000)).endsWith(",public.documents,k6999,\"n,\"\"6999\",migrated,,");
        given().accept("text/csv").get("/api/runs/{id}/report", id).then().contentType(containsString("text/csv"));
    }

    @Test
    void shouldReadNoFurtherThanItsReader() throws IOException {
        // Given
        String detail = "d".repeat(4_000);
        for (int i = 0; i < 32; i++) {
            int base = i * 125;
            wire.publish(chunk.next(IntStream.range(base, base + 125)
                    .mapToObj(key -> new Outcome(
                            "public.documents", "k" + key, "n", "migrated", null, detail, "saltsaltsaltsaltsalt22"))
                    .toList()));
        }
        wire.publish(run.end(9, "completed", chunk));
        reportMustBecomeComplete(4_000);
        Counter streamed = metrics.counter("godwit.audit.outcomes.streamed");
        double before = streamed.count();

        try (Socket reader = new Socket()) {
            reader.setReceiveBufferSize(4_096);
            reader.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), RestAssured.port));

            // When
            reader.getOutputStream()
                    .write(("GET /api/runs/" + id + "/report?format=csv HTTP/1.0\r\nAuthorization: " + AUTHORIZATION
                                    + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(reader.getInputStream().readNBytes(2_000)).hasSize(2_000);

            // Then
            await().during(Duration.ofMillis(500))
                    .atMost(Duration.ofSeconds(5))
                    .until(() -> streamed.count() - before < 4_000);
            long lines = reader.getInputStream().readAllBytes().length / 4_000;
            assertThat(lines).isGreaterThanOrEqualTo(3_999);
            assertThat(streamed.count() - before).isEqualTo(4_000);
        }
    }

    @Test
    void shouldPrintWhatWasAskedWhatCameOfItAndWhatToLookAt() {
        // Given
        wire.publish(
                run.state(1, "planning", null),
                run.progress(2, "backfilling", 50),
                run.pace("full", "gentle"),
                run.held(3, "standby_lag"),
                run.held(4, "standby_lag"),
                run.held(5, "window"),
                run.progress(6, "backfilling", 50),
                run.held(7, "standby_lag"),
                chunk.next(List.of(TestChain.migrated("a", "A"), TestChain.conflict("<b>&", "duplicate"))),
                run.end(9, "completed", chunk));
        reportMustBecomeComplete(1);

        // When
        String page = given().get("/api/runs/{id}/report?format=html", id)
                .then()
                .statusCode(200)
                .contentType(containsString("text/html"))
                .extract()
                .asString();

        // Then
        assertThat(page)
                .contains("gentle 22:00-06:00 UTC", "bea", "the shop is &lt;open&gt;", "standby_lag")
                .contains("<h1>documents-uuid5</h1>", "anna", "sha256:abab", "planning", "4200.5", "</html>")
                .contains("<code>&lt;b&gt;&amp;</code></td><td>conflict</td><td>duplicate</td><td>why</td>")
                .doesNotContain("<code>a</code>");
        report().then()
                .body("durations.state", equalTo(List.of("planning", "completed")))
                .body("durations[0].seconds", equalTo(8f))
                .body("pace.ratePerSecond", hasItem(4200.5f))
                .body("paceChanges.from.pace", equalTo(List.of("full")))
                .body("paceChanges.to.onlyBetween", equalTo(List.of("22:00-06:00 UTC")))
                .body("paceChanges.reason", equalTo(List.of("the shop is <open>")))
                .body("holds.reason", equalTo(List.of("standby_lag", "window", "standby_lag")))
                .body("holds.seconds", equalTo(List.of(2f, 1f, 2f)));
    }

    @Test
    void shouldSayThatNothingHasChanged() {
        // Given
        wire.publish(chunk.next(List.of(TestChain.migrated("a", "A"))), run.end(9, "completed", chunk));
        reportMustBecomeComplete(1);
        String tag = report().header("ETag");

        // When, Then
        given().header("If-None-Match", tag)
                .get("/api/runs/{id}/report", id)
                .then()
                .statusCode(304);
        wire.publish(new TestChain(id, "chunk-2", "commit").next(List.of(TestChain.migrated("b", "B"))));
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> given().header("If-None-Match", tag)
                .get("/api/runs/{id}/report", id)
                .then()
                .statusCode(200));
    }

    @Test
    void shouldPageThroughOutcomesWithoutLosingOrRepeatingOne() {
        // Given
        wire.publish(
                chunk.next(List.of(TestChain.migrated("a", "A"), TestChain.conflict("b", "duplicate"))),
                chunk.next(List.of(
                        TestChain.conflict("c", "null_key"),
                        TestChain.conflict("d", "duplicate"),
                        TestChain.migrated("e", "E"))),
                run.end(9, "completed", chunk));
        reportMustBecomeComplete(2);

        // When
        List<String> all = keys("");
        List<String> conflicts = keys("&outcome=conflict");
        List<String> duplicates = keys("&outcome=conflict&reason=duplicate");

        // Then
        assertThat(all).containsExactly("a", "b", "c", "d", "e");
        assertThat(conflicts).containsExactly("b", "c", "d");
        assertThat(duplicates).containsExactly("b", "d");
        assertThat(keys("&since=2026-11-21T10:00:00.015Z")).containsExactly("c", "d", "e");
        assertThat(keys("&outcome=conflict&until=2026-11-21T10:00:00.015Z")).containsExactly("b");
    }

    @Test
    void shouldShowTheTrailOnAllPagesAsTheFirstOneSawIt() {
        // Given
        wire.publish(
                run.state(1, "backfilling", "planning"),
                chunk.next(List.of(TestChain.migrated("a", "A"), TestChain.migrated("b", "B"))),
                chunk.next(List.of(TestChain.migrated("c", "C"))));
        await().atMost(Duration.ofSeconds(30)).until(() -> keys("").size() == 3);
        String next =
                given().get("/api/runs/{id}/outcomes?limit=2", id).jsonPath().getString("next");

        // When
        wire.publish(chunk.next(List.of(TestChain.migrated("d", "D"))), run.end(9, "completed", chunk));
        reportMustBecomeComplete(4);

        // Then
        given().queryParam("after", next)
                .get("/api/runs/{id}/outcomes?limit=2", id)
                .then()
                .body("outcomes.key", equalTo(List.of("c")))
                .body("next", nullValue());
        assertThat(keys("")).containsExactly("a", "b", "c", "d");
    }

    @ParameterizedTest
    @ValueSource(strings = {"5:5:-0-0", "5:7:5-1-0", "5:9:6,8-1-0"})
    void shouldTakeAnyPlaceThatPostgresqlUnderstands(String after) {
        wire.publish(chunk.next(List.of(TestChain.migrated("a", "A"))), run.end(9, "completed", chunk));
        reportMustBecomeComplete(1);
        given().queryParam("after", after)
                .get("/api/runs/{id}/outcomes", id)
                .then()
                .statusCode(200)
                .body("outcomes", empty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                "1-1",
                "0:5:-1-1",
                "7:5:-1-1",
                "5:7:8-1-1",
                "5:7:7-1-1",
                "5:9:8,6-1-1",
                "5:9:6,6-1-1",
                "5:9:6,-1-1",
                "99999999999999999999:1:-1-1"
            })
    void shouldRefuseAPlaceThatPostgresqlWouldNotUnderstand(String after) {
        given().queryParam("after", after)
                .get("/api/runs/nobody/outcomes")
                .then()
                .statusCode(400)
                .body("code", equalTo("bad_cursor"));
    }

    @Test
    void shouldAnswerMistakesWithProblems() {
        given().get("/api/runs/nobody/report")
                .then()
                .statusCode(404)
                .contentType("application/problem+json")
                .body("code", equalTo("unknown_run"));
        given().get("/api/runs/nobody/report?format=csv")
                .then()
                .statusCode(404)
                .contentType("application/problem+json");
        given().get("/api/runs/nobody/outcomes?outcome=lost")
                .then()
                .statusCode(400)
                .body("code", equalTo("unknown_outcome"));
        given().get("/api/nowhere").then().statusCode(404);
    }

    private List<String> keys(String filter) {
        List<String> keys = new ArrayList<>();
        String after = "";
        do {
            Response page = given().get("/api/runs/" + id + "/outcomes?limit=2" + filter + after);
            keys.addAll(page.jsonPath().getList("outcomes.key", String.class));
            String next = page.jsonPath().getString("next");
            after = next == null ? "" : "&after=" + next;
        } while (!after.isEmpty());
        return keys;
    }

    private Response report() {
        return report(id);
    }

    private static Response report(String run) {
        return given().get("/api/runs/{id}/report", run);
    }
}
