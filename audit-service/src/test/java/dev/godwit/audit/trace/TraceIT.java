package dev.godwit.audit.trace;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.godwit.audit.testing.AuditIT;
import dev.godwit.audit.testing.TestChain;
import dev.godwit.audit.testing.TestRun;
import dev.godwit.audit.trail.Outcome;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

@QuarkusTest
class TraceIT extends AuditIT {

    private static final String SALT = "saltsaltsaltsaltsalt22";

    @Test
    void shouldTellOneStoryWhicheverOfItsIdsIsAskedFor() {
        // Given: planned, migrated twice, rolled back, in other runs and streams each; and a neighbour
        String first = id + "-1";
        String second = id + "-2";
        String third = id + "-3";
        TestChain plan = new TestChain(id + "p", "chunk-1", "plan").startingAt(Instant.parse("2026-11-21T09:00:00Z"));
        TestChain moved =
                new TestChain(id + "x", "chunk-1", "commit").startingAt(Instant.parse("2026-11-21T10:00:00Z"));
        TestChain again = new TestChain(id, "chunk-1", "commit").startingAt(Instant.parse("2026-11-21T11:00:00Z"));
        TestChain undone = new TestChain(id, "rollback-1", "commit").startingAt(Instant.parse("2026-11-21T12:00:00Z"));

        // When
        wire.publish(
                undone.next(List.of(new Outcome("public.documents", third, second, "reverted", null, null, SALT))),
                again.next(List.of(TestChain.migrated(second, third), TestChain.migrated(id + "-n", id + "-m"))),
                moved.next(List.of(TestChain.migrated(first, second))),
                plan.next(List.of(TestChain.migrated(first, id + "-planned"))),
                run.end(9, "rolled-back", again, undone),
                new TestRun(id + "x", "commit").end(9, "completed", moved),
                new TestRun(id + "p", "plan").end(9, "planned", plan));
        reportMustBecomeComplete(2);

        // Then
        for (String asked : List.of(first, second, third)) {
            JsonPath trace = traceOf(asked);
            assertThat(trace.getList("ids", String.class)).containsExactlyInAnyOrder(first, second, third);
            assertThat(trace.getList("steps.outcome", String.class))
                    .containsExactly("migrated", "migrated", "migrated", "reverted");
            assertThat(trace.getList("steps.mode", String.class)).containsExactly("plan", "commit", "commit", "commit");
        }
    }

    @Test
    void shouldEndWhereIdsGoInACircle() {
        // Given
        TestChain chunk = new TestChain(id, "chunk-1", "commit");

        // When
        wire.publish(
                chunk.next(List.of(TestChain.migrated(id + "-a", id + "-b"), TestChain.migrated(id + "-b", id + "-a"))),
                run.end(9, "completed", chunk));
        reportMustBecomeComplete(2);

        // Then
        assertThat(traceOf(id + "-a").getList("steps")).hasSize(2);
    }

    @Test
    void shouldSayThatItKnowsNothing() {
        given().get("/api/trace?table=public.documents&key=nobody")
                .then()
                .statusCode(404)
                .body("code", equalTo("unknown_entity"));
        given().get("/api/trace?table=public.documents")
                .then()
                .statusCode(400)
                .body("code", equalTo("missing_parameter"));
    }

    private static JsonPath traceOf(String key) {
        return given().queryParam("table", "public.documents")
                .queryParam("key", key)
                .get("/api/trace")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }
}
