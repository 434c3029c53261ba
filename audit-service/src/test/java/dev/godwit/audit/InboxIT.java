package dev.godwit.audit;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.godwit.audit.testing.AuditIT;
import dev.godwit.audit.testing.TestChain;
import dev.godwit.audit.testing.TestEvent;
import dev.godwit.audit.testing.TestRun;
import io.quarkus.test.junit.QuarkusTest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

@QuarkusTest
class InboxIT extends AuditIT {

    @Test
    void shouldReportWhatTheEventsOfARunSay() {
        // Given
        TestChain chunk = new TestChain(id, "chunk-1", "commit");

        // When
        wire.publish(
                run.state(1, "planning", null),
                chunk.next(List.of(TestChain.migrated("a", "A"), TestChain.conflict("b", "duplicate"))),
                chunk.next(List.of(TestChain.migrated("c", "C"))),
                run.end(9, "completed", chunk));

        // Then
        reportMustBecomeComplete(2);
        given().get("/api/runs/{id}/report", id)
                .then()
                .statusCode(200)
                .body("state", equalTo("completed"))
                .body("counts.conflict", equalTo(1))
                .body("conflicts[0].reason", equalTo("duplicate"))
                .body("conflicts[0].sampleKeys", equalTo(List.of("b")))
                .body("chainsIntact", equalTo(true))
                .body("streams[0].events", equalTo(2));
    }

    @Test
    void shouldCountEveryEventOnceHoweverOftenAndInWhateverOrderItComes() {
        // Given
        TestChain chunk = new TestChain(id, "chunk-1", "commit");
        TestEvent first = chunk.next(List.of(TestChain.migrated("a", "A")));
        TestEvent second = chunk.next(List.of(TestChain.migrated("b", "B")));
        TestEvent third = chunk.next(List.of(TestChain.migrated("c", "C")));
        TestEvent end = run.end(9, "completed", chunk);

        // When
        wire.publish(end, third, first, third, second, first, second, run.progress(3, "backfilling", 50), end);

        // Then
        reportMustBecomeComplete(3);
        given().get("/api/runs/{id}", id)
                .then()
                .body("state", equalTo("completed"))
                .body("version", equalTo(9));
        given().get("/api/runs/{id}/report", id)
                .then()
                .body("chainsIntact", equalTo(true))
                .body("findings.size()", equalTo(0));
    }

    @Test
    void shouldPutPoisonAsideAndGoOn() {
        // Given
        TestChain chunk = new TestChain(id, "chunk-1", "commit");
        TestEvent good = chunk.next(List.of(TestChain.migrated("a", "A")));
        TestEvent mismatch = chunk.next(List.of(TestChain.migrated("b", "B")));
        mismatch.data().put("sequence", "two");
        TestEvent unknown = new TestEvent(UUID.randomUUID(), "godwit.runs", id, "dev.godwit.run.exploded", good.data());
        TestEvent nul = new TestChain(id, "chunk-2", "commit").next(List.of(TestChain.migrated("nul\0", "B")));
        ProducerRecord<byte[], byte[]> notJson = new ProducerRecord<>("godwit.outcomes", utf8(id), utf8("{"));
        good.message().headers().forEach(notJson.headers()::add);
        ProducerRecord<byte[], byte[]> bare = new ProducerRecord<>("godwit.outcomes", utf8(id), utf8("{}"));
        ProducerRecord<byte[], byte[]> tombstone = new ProducerRecord<>("godwit.outcomes", utf8(id), null);
        good.message().headers().forEach(tombstone.headers()::add);

        // When
        wire.publish(notJson);
        wire.publish(bare);
        wire.publish(tombstone);
        wire.publish(mismatch, unknown, nul, good, run.end(2, "completed"));

        // Then
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(reasonsOfDeadLetters())
                .containsExactlyInAnyOrder(
                        "the value is not JSON",
                        "header ce_specversion is missing",
                        "the message has no value",
                        "schema mismatch: sequence is not an integer of at least 1",
                        "unknown type dev.godwit.run.exploded",
                        "schema mismatch: outcomes[0].key holds a NUL character, which PostgreSQL cannot store"));
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(
                        () -> given().get("/api/runs/{id}/report", id).then().body("counts.migrated", equalTo(1)));
    }

    @Test
    void shouldListRunsByMigrationAndState() {
        // When
        wire.publish(
                run.state(1, "backfilling", null),
                run.progress(2, "backfilling", 30),
                run.state(3, "paused", "backfilling"));

        // Then
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(runs("?state=paused")).contains(id));
        assertThat(runs("")).contains(id);
        assertThat(runs("?migration=documents-uuid5&state=paused")).contains(id);
        assertThat(runs("?migration=other")).doesNotContain(id);
        assertThat(runs("?state=completed")).doesNotContain(id);
        given().get("/api/runs/{id}/transitions", id).then().body("state", equalTo(List.of("backfilling", "paused")));
    }

    @Test
    void shouldListRunsPageByPage() {
        // Given
        List<String> ids =
                Stream.of("-1", "-2", "-3", "-4", "-5").map(end -> id + end).toList();
        ids.forEach(each -> wire.publish(planning(each)));
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(runs("?migration=" + id)).hasSize(ids.size()));

        // When
        List<String> first = runs("?limit=2&migration=" + id);
        List<String> second = runs("?limit=2&migration=" + id + "&after=" + first.get(1));
        List<String> third = runs("?limit=2&migration=" + id + "&after=" + second.get(1));

        // Then
        assertThat(first).containsExactly(id + "-5", id + "-4");
        assertThat(second).containsExactly(id + "-3", id + "-2");
        assertThat(third).containsExactly(id + "-1");
        given().get("/api/runs?after=nobody").then().statusCode(400).body("code", equalTo("bad_cursor"));
    }

    @Test
    void shouldRememberCommandsThatWereRefused() {
        // Given
        ObjectNode data = run.state(1, "planning", null).data().objectNode();
        data.put("commandId", id)
                .put("code", "unknown_migration")
                .put("message", "no such file")
                .put("at", "2026-11-21T10:00:00Z");

        // When
        wire.publish(new TestEvent(UUID.randomUUID(), "godwit.runs", "", "dev.godwit.command.rejected", data));

        // Then
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> given().get("/api/rejections").then().body("commandId", hasItem(id)));
    }

    @Test
    void shouldShowMigrationsThatWereAppliedElsewhere() {
        // Given
        TestEvent stamp = TestEvent.stamp(id, "applied");

        // When
        wire.publish(stamp, stamp, TestEvent.stamp(id, "unapplied"));

        // Then
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(stamps()).containsExactlyInAnyOrder("applied", "unapplied"));
        assertThat(given().get("/").asString())
                .contains("<code>" + id + "</code> recorded as applied elsewhere · by anna · in March")
                .contains("<code>" + id + "</code> no longer recorded as applied elsewhere");
        assertThat(reasonsOfDeadLetters()).isEmpty();
    }

    /** A run of a migration that is called as the test's run is. */
    private TestEvent planning(String each) {
        TestEvent event = new TestRun(each, "commit").state(1, "planning", null);
        event.data().put("migration", id);
        return event;
    }

    private List<String> stamps() {
        return given().get("/api/stamps")
                .jsonPath()
                .getList("findAll { it.migration == '" + id + "' }.state", String.class);
    }

    private static List<String> runs(String query) {
        return given().get("/api/runs" + query).jsonPath().getList("run", String.class);
    }

    private List<String> reasonsOfDeadLetters() {
        return wire.deadLetters().stream()
                .filter(letter -> id.equals(new String(letter.key(), StandardCharsets.UTF_8)))
                .map(InboxIT::reason)
                .toList();
    }

    private static String reason(ConsumerRecord<byte[], byte[]> letter) {
        return new String(letter.headers().lastHeader("dead-letter-reason").value(), StandardCharsets.UTF_8);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
