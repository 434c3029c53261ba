package dev.godwit.audit.integrity;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import dev.godwit.audit.testing.AuditIT;
import dev.godwit.audit.testing.Neighbours;
import dev.godwit.audit.testing.TestChain;
import dev.godwit.audit.testing.TestEvent;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
class IntegrityIT extends AuditIT {

    /** Nobody else's: it is emptied, and dropped. */
    private static final LocalDate MONTH = LocalDate.of(1999, 5, 1);

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Inject
    Pool pool;

    @Inject
    Checkpoints checkpoints;

    @Inject
    PeriodicProof periodic;

    @Inject
    Retention retention;

    private final TestChain chunk = new TestChain(id, "chunk-1", "commit");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "UPDATE trail_outcome SET outcome = 'skipped' WHERE run = '%s' AND key = 'b'|altered-row|2|1",
                "UPDATE trail_event SET leaves = set_byte(leaves, 0, (get_byte(leaves, 0) + 1) %% 256) WHERE run = '%s' AND sequence = 2|broken-hash|2|",
                "DELETE FROM trail_outcome WHERE run = '%s' AND key = 'b'|removed-row|2|1",
                "UPDATE trail_outcome SET position = position + 2 WHERE run = '%s' AND key IN ('b', 'd'); UPDATE trail_outcome SET position = 5 - position WHERE run = '%1$s' AND key IN ('b', 'd')|moved-row|2|1",
                "UPDATE trail_event SET hash = sha256('x') WHERE run = '%s' AND sequence = 2|broken-hash|2|",
                "DELETE FROM trail_event WHERE run = '%s' AND sequence = 2|missing|3|",
                "INSERT INTO trail_outcome SELECT event, 3, occurred_at, run, table_name, 'x', 'X', outcome, reason, detail, salt FROM trail_outcome WHERE run = '%s' AND key = 'b'|added-row|2|3",
                "UPDATE trail_event SET sequence = sequence + 10 WHERE run = '%s' AND sequence > 1; UPDATE trail_event SET sequence = 15 - sequence WHERE run = '%1$s' AND sequence > 1|broken-hash|2|",
                "TRUNCATE trail_outcome_%2$s|removed-row|1|1",
                "DROP TABLE trail_outcome_%2$s|removed-row|1|1",
            })
    void shouldNameTheRowThatWasChangedBehindItsBack(String change, String kind, long sequence, Integer position)
            throws SQLException {
        // Given
        chunk.startingAt(MONTH.atStartOfDay().toInstant(ZoneOffset.UTC));
        wire.publish(
                chunk.next(List.of(TestChain.migrated("a", "A"))),
                chunk.next(List.of(TestChain.migrated("b", "B"), TestChain.conflict("d", "duplicate"))),
                chunk.next(List.of(TestChain.migrated("c", "C"))),
                run.end(9, "completed", chunk));
        reportMustBecomeComplete(3);
        integrity().then().body("findings", empty()).body("events", equalTo(3)).body("outcomes", equalTo(4));

        // When
        tamper(change.formatted(id, "1999_05"));

        // Then
        integrity()
                .then()
                .body("findings[0].kind", equalTo(kind))
                .body("findings[0].stream", equalTo("chunk-1"))
                .body("findings[0].sequence", equalTo((int) sequence))
                .body("findings[0].position", equalTo(position));
    }

    @Test
    void shouldProveTheChainWhenAKeyHasBeenRedactedAndNameOneThatNobodyAskedFor() throws SQLException {
        // Given
        wire.publish(
                chunk.next(List.of(TestChain.migrated(id, "A"), TestChain.migrated("b", "B"))),
                run.end(9, "completed", chunk));
        reportMustBecomeComplete(2);

        // When
        given().contentType("application/json")
                .body(
                        "{\"table\":\"public.documents\",\"key\":\"%s\",\"requestedBy\":\"anna\",\"reason\":\"article 17\"}"
                                .formatted(id))
                .post("/api/redactions")
                .then()
                .statusCode(200)
                .body("outcomes", equalTo(1));

        // Then
        integrity().then().statusCode(200).body("findings", empty()).body("outcomes", equalTo(2));
        assertThat(given().get("/api/runs/{id}/outcomes", id).jsonPath().getList("outcomes.key"))
                .isEqualTo(List.of("", "b"));
        given().get("/api/trace?table=public.documents&key=" + id).then().statusCode(404);
        assertThat(given().get("/api/runs/{id}/bundle", id).asString())
                .startsWith("{\"bundle\"")
                .hasLineCount(3)
                .endsWith("}\n")
                .contains("\"redacted\":\"")
                .doesNotContain("\"" + id + "\",\"newKey\"");
        tamper("UPDATE trail_outcome SET key = '', salt = NULL WHERE run = '%s' AND key = 'b'".formatted(id));
        integrity().then().body("findings.kind", equalTo(List.of("altered-row")));
    }

    @Test
    void shouldRefuseToChangeTheTrail() {
        // Given
        wire.publish(chunk.next(List.of(TestChain.migrated("a", "A"))), run.end(9, "completed", chunk));
        reportMustBecomeComplete(1);

        // When, Then
        for (String change : List.of(
                "DELETE FROM trail_outcome",
                "UPDATE trail_outcome SET outcome = 'failed'",
                "UPDATE trail_event SET mode = 'plan'",
                "TRUNCATE trail_outcome_2026_11",
                "DELETE FROM trail_outcome_2026_11",
                "DELETE FROM checkpoint",
                "DELETE FROM redaction")) {
            assertThatThrownBy(() -> pool.query(change).execute().await().atMost(Duration.ofSeconds(5)))
                    .as("as the owner: " + change)
                    .hasMessageContaining("permission denied");
            assertThatThrownBy(() -> asSuperuser(change))
                    .as("as superuser: " + change)
                    .hasMessageContaining("append-only");
        }
        assertThatThrownBy(() ->
                        asSuperuser("UPDATE trail_outcome SET key = '', new_key = NULL, detail = NULL, salt = NULL"))
                .hasMessageContaining("append-only");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "DELETE FROM trail_event WHERE run = '%s' AND sequence > 1|truncated|2",
                "DELETE FROM trail_event WHERE run = '%s'; DELETE FROM trail_stream WHERE run = '%1$s'|truncated|1",
                "UPDATE trail_event SET hash = sha256('x') WHERE run = '%s' AND sequence = 3|rewritten|3",
                "INSERT INTO trail_outcome SELECT event + 1000000, position, occurred_at, run, table_name, key, new_key, outcome FROM trail_outcome WHERE run = '%s' AND key = 'a'|orphan-row|",
                "INSERT INTO trail_event (event_id, run, migration, mode, lane, stream, sequence, previous_hash, hash, table_name, outcomes, occurred_at, leaves) SELECT gen_random_uuid(), run, migration, mode, lane, stream, sequence + 1, hash, sha256('x'), table_name, 0, occurred_at, '' FROM trail_event WHERE run = '%s' AND sequence = 3|added|4",
                "DELETE FROM trail_outcome WHERE run = '%s' AND key <> 'a'; DELETE FROM trail_event WHERE run = '%1$s' AND sequence > 1; UPDATE trail_stream SET events = 1, outcomes = 1, last_sequence = 1, checkpointed = 1, last_hash = (SELECT hash FROM trail_event WHERE run = '%1$s') WHERE run = '%1$s'; UPDATE run SET streams = NULL WHERE id = '%1$s'|truncated|2",
                "DELETE FROM checkpoint_chain WHERE checkpoint = (SELECT max(number) FROM checkpoint); DELETE FROM checkpoint WHERE number = (SELECT max(number) FROM checkpoint)|missing-checkpoint|3",
                "UPDATE checkpoint_chain SET sequence = 2 WHERE run = '%s'|broken-checkpoint|",
                "UPDATE checkpoint SET signature = sha256('x') WHERE number = (SELECT max(number) FROM checkpoint)|broken-checkpoint|",
                "UPDATE checkpoint_chain SET checkpoint = checkpoint + 1 WHERE run = '%s'; UPDATE checkpoint SET number = number + 1 WHERE number = (SELECT max(number) FROM checkpoint)|missing-checkpoint|",
            })
    void shouldNameWhatIsNotAsItWasSigned(String change, String kind, Integer sequence) throws SQLException {
        // Given
        wire.publish(
                chunk.next(List.of(TestChain.migrated("a", "A"))),
                chunk.next(List.of(TestChain.migrated("b", "B"))),
                chunk.next(List.of(TestChain.migrated("c", "C"))),
                run.end(9, "completed", chunk));
        reportMustBecomeComplete(3);
        assertThat(checkpoints.make()).isPresent();
        List<String> kinds = given().get("/api/integrity").jsonPath().getList("findings.kind");

        // When
        tamper(change.formatted(id));

        // Then
        JsonPath proof = given().get("/api/integrity").jsonPath();
        assertThat(proof.getList("findings.kind"))
                .hasSizeGreaterThan(kinds.size())
                .contains(kind);
        if (sequence != null) {
            assertThat(proof.getInt("findings.find { it.run == '" + id + "' }.sequence"))
                    .isEqualTo(sequence);
        }
    }

    @ParameterizedTest
    @CsvSource({"'trail_event',truncated,1", "'checkpoint,checkpoint_chain',missing-checkpoint,2"})
    void shouldNameWhatWasEmptied(String tables, String kind, int sequence) throws SQLException {
        // Given
        wire.publish(
                chunk.next(List.of(TestChain.migrated("a", "A"))),
                chunk.next(List.of(TestChain.migrated("b", "B"))),
                run.end(9, "completed", chunk));
        reportMustBecomeComplete(2);
        assertThat(checkpoints.make()).isPresent();
        for (String table : tables.split(",")) {
            tamper("CREATE TABLE kept_%1$s AS SELECT * FROM %1$s".formatted(table));
        }

        // When
        tamper("TRUNCATE " + tables);

        // Then
        try {
            JsonPath proof = given().get("/api/integrity").jsonPath();
            assertThat(proof.getInt("findings.find { it.run == '%s' && it.kind == '%s' }.sequence".formatted(id, kind)))
                    .isEqualTo(sequence);
        } finally {
            for (String table : tables.split(",")) {
                tamper("INSERT INTO %1$s OVERRIDING SYSTEM VALUE SELECT * FROM kept_%1$s; DROP TABLE kept_%1$s"
                        .formatted(table));
            }
        }
    }

    @Test
    void shouldFindByItselfWhatWasChangedSinceItWasSignedAndSayWhenItIsRightAgain() throws SQLException {
        // Given
        wire.publish(
                chunk.next(List.of(TestChain.migrated("a", "A"))),
                chunk.next(List.of(TestChain.migrated("b", "B"))),
                run.end(9, "completed", chunk));
        reportMustBecomeComplete(2);
        assertThat(checkpoints.make()).isPresent();
        tamper("UPDATE trail_outcome SET outcome = 'skipped' WHERE run = '%s' AND key = 'b'".formatted(id));

        // When
        await().atMost(PATIENCE)
                .until(() ->
                        periodic.prove().findings() > 0 && !findingsByItself().isEmpty());

        // Then
        assertThat(findingsByItself()).containsExactly("altered-row 2/1");
        await().atMost(PATIENCE).until(() -> asked(Neighbours.WEBHOOK).stream()
                .anyMatch(notice -> notice.body().contains("\"kind\": \"integrity\"")
                        && notice.body().contains(id)));

        // When
        tamper("UPDATE trail_outcome SET outcome = 'migrated' WHERE run = '%s' AND key = 'b'".formatted(id));
        await().atMost(PATIENCE)
                .until(() -> periodic.prove().events() > 0 && findingsByItself().isEmpty());

        // Then
        JsonPath proved = given().get("/api/integrity/proved").jsonPath();
        assertThat(proved.getLong("events")).isGreaterThanOrEqualTo(2);
        assertThat(proved.getString("at")).isNotNull();
    }

    @Test
    void shouldNoticeByItselfThatTheEndOfAChainWasTakenAway() throws SQLException {
        // Given
        wire.publish(
                chunk.next(List.of(TestChain.migrated("a", "A"))),
                chunk.next(List.of(TestChain.migrated("b", "B"))),
                run.end(9, "completed", chunk));
        reportMustBecomeComplete(2);
        assertThat(checkpoints.make()).isPresent();
        tamper(
                "DELETE FROM trail_outcome WHERE run = '%s' AND key = 'b'; DELETE FROM trail_event WHERE run = '%1$s' AND sequence = 2"
                        .formatted(id));

        // When
        await().atMost(PATIENCE)
                .until(() ->
                        periodic.prove().findings() > 0 && !findingsByItself().isEmpty());

        // Then
        assertThat(findingsByItself()).containsExactly("truncated 2/null");
    }

    @Test
    void shouldLetOldOutcomesGoAndSaySoInsteadOfLying() throws SQLException {
        // Given
        chunk.startingAt(Instant.parse("1998-03-31T23:00:00Z"));
        TestChain tail = new TestChain(id, "tail-0", "commit").startingAt(Instant.parse("1998-03-01T00:00:00Z"));
        TestEvent late = tail.next(List.of(TestChain.migrated("old-c", "old-C")));
        wire.publish(
                chunk.next(List.of(TestChain.migrated("old-a", "old-A"), TestChain.conflict("old-x", "duplicate"))),
                chunk.next(List.of(TestChain.migrated("old-b", "old-B"))),
                run.end(9, "completed", chunk, tail));
        await().atMost(PATIENCE).untilAsserted(() -> given().get("/api/runs/{id}/report", id)
                .then()
                .body("counts.migrated", equalTo(2))
                .body("state", equalTo("completed"))
                .body("letGo", nullValue()));
        assertThat(retention.letGo(Instant.parse("1998-04-01T00:00:00Z")))
                .as("what is not signed stays")
                .isEmpty();
        assertThat(checkpoints.make()).isPresent();
        assertThat(retention.letGo(Instant.parse("1998-03-31T23:59:59Z")))
                .as("a month that is not over stays")
                .isEmpty();

        // When
        List<LetGo> gone = retention.letGo(Instant.parse("1998-04-01T00:00:00Z"));

        // Then
        assertThat(gone)
                .extracting(LetGo::since, LetGo::events, LetGo::outcomes)
                .containsExactly(tuple(Instant.parse("1998-03-01T00:00:00Z"), 2L, 3L));
        integrity().then().body("findings", empty()).body("events", equalTo(2)).body("letGo", equalTo(3));
        JsonPath proof = given().get("/api/integrity").jsonPath();
        assertThat(proof.getList("findings.findAll { it.run == '" + id + "' }")).isEmpty();
        assertThat(proof.getList("letGo.outcomes")).containsExactly(3);
        given().get("/api/runs/{id}/report", id)
                .then()
                .body("counts.migrated", equalTo(2))
                .body("letGo.outcomes", equalTo(3))
                .body("letGo.before", equalTo("1998-04-01T00:00:00Z"));
        given().get("/api/runs/{id}/report?format=csv", id)
                .then()
                .header("Godwit-Let-Go", startsWith("3 outcomes of before 1998-04-01T00:00:00Z at "));
        assertThat(given().get("/api/runs/{id}/report?format=html", id).asString())
                .contains("3 outcomes of before ", " were let go at ");
        assertThat(given().get("/api/runs/{id}/bundle", id).asString()).contains("\"letGo\":true");
        given().get("/api/trace?table=public.documents&key=old-a")
                .then()
                .statusCode(404)
                .body("detail", containsString("; what happened before 1998-04-01T00:00:00Z is no longer kept."));

        // When
        wire.publish(late);

        // Then
        reportMustBecomeComplete(3);
        assertThat(given().get("/api/runs/{id}/outcomes", id).jsonPath().getList("outcomes.key"))
                .containsExactly("old-c");
        given().get("/api/trace?table=public.documents&key=old-c")
                .then()
                .body("steps", hasSize(1))
                .body("keptSince", equalTo("1998-04-01T00:00:00Z"));
        assertThat(given().get("/entities?table=public.documents&key=old-c").asString())
                .contains("is no longer kept");
        integrity().then().body("findings", empty()).body("letGo", equalTo(3));
        tamper("UPDATE trail_let_go SET outcomes = 4 WHERE since = '1998-03-01T00:00:00Z'");
        assertThat(given().get("/api/integrity").jsonPath().getList("findings.kind"))
                .contains("broken-retention");
        tamper("DELETE FROM trail_let_go");
    }

    private List<String> findingsByItself() {
        List<Map<String, Object>> findings =
                given().get("/api/integrity/proved").jsonPath().getList("findings.findAll { it.run == '" + id + "' }");
        return findings.stream()
                .map(found -> found.get("kind") + " " + found.get("sequence") + "/" + found.get("position"))
                .toList();
    }

    @Test
    void shouldSignNothingWhileNothingGrows() throws SQLException {
        // Given
        wire.publish(chunk.next(List.of(TestChain.migrated("a", "A"))), run.end(9, "completed", chunk));
        reportMustBecomeComplete(1);

        // When
        Optional<Checkpoints.Made> first = checkpoints.make();
        Optional<Checkpoints.Made> second = checkpoints.make();

        // Then
        assertThat(first).isPresent();
        assertThat(second).isEmpty();
        assertThat(given().get("/api/integrity").jsonPath().getString("lastHash"))
                .isEqualTo(first.orElseThrow().hashHex());
    }

    private Response integrity() {
        return given().get("/api/runs/{id}/integrity", id);
    }
}
