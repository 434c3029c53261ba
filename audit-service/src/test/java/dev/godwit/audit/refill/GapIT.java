package dev.godwit.audit.refill;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import dev.godwit.audit.testing.AuditIT;
import dev.godwit.audit.testing.Neighbours;
import dev.godwit.audit.testing.TestChain;
import dev.godwit.audit.testing.TestEvent;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

@QuarkusTest
class GapIT extends AuditIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Inject
    GapKeeper keeper;

    private final TestChain chunk = new TestChain(id, "chunk-1", "commit");
    private final TestChain tail = new TestChain(id, "tail-0", "commit");

    @Test
    void shouldAskForWhatIsMissingAndNameItUntilItIsThere() {
        // Given
        TestEvent first = chunk.next(List.of(TestChain.migrated("a", "A")));
        TestEvent second = chunk.next(List.of(TestChain.migrated("b", "B")));
        TestEvent third = chunk.next(List.of(TestChain.migrated("c", "C")));
        TestEvent last = chunk.next(List.of(TestChain.migrated("d", "D")));
        TestEvent other = tail.next(List.of(TestChain.migrated("e", "E")));
        wire.publish(first, third, run.end(9, "completed", chunk, tail));
        await().atMost(PATIENCE).untilAsserted(() -> given().get("/api/runs/{id}/report", id)
                .then()
                .body("state", equalTo("completed"))
                .body("counts.migrated", equalTo(2)));

        // When
        look();

        // Then
        assertThat(asked(id + "/resend"))
                .singleElement()
                .extracting(Neighbours.Asked::body)
                .isEqualTo("""
                        {"events":"outcomes","after":null,"ranges":[{"stream":"chunk-1","from":2,"to":2},{"stream":"chunk-1","from":4,"to":4},{"stream":"tail-0","from":1,"to":1}]}""");
        given().get("/api/integrity")
                .then()
                .body("gaps.findAll { it.run == '" + id + "' }.first", equalTo(List.of(2, 4, 1)))
                .body(
                        "findings.findAll { it.run == '" + id + "' && it.kind == 'forgotten' }.sequence",
                        equalTo(List.of(2, 4, 1)));
        given().get("/api/runs/{id}/report", id)
                .then()
                .body("complete", equalTo(false))
                .body("chainsIntact", equalTo(false))
                .body("findings.kind", equalTo(List.of("forgotten", "forgotten", "forgotten")));

        // When
        wire.publish(first, second, other, last);
        reportMustBecomeComplete(5);
        look();

        // Then
        given().get("/api/runs/{id}/report", id)
                .then()
                .body("chainsIntact", equalTo(true))
                .body("findings", empty());
        given().get("/api/integrity").then().body("gaps.findAll { it.run == '" + id + "' }", empty());
    }

    @Test
    void shouldAskForEverythingWhereItCannotBeSaidWhichStreamsAreMissing() {
        // Given
        TestEvent first = chunk.next(List.of(TestChain.migrated("a", "A")));
        tail.next(List.of(TestChain.migrated("e", "E")));
        wire.publish(first, run.endOfAll(9, "completed", 2, "0".repeat(64)));
        await().atMost(PATIENCE).untilAsserted(() -> given().get("/api/runs/{id}/report", id)
                .then()
                .body("state", equalTo("completed"))
                .body("counts.migrated", equalTo(1)));

        // When
        look();

        // Then
        assertThat(asked(id + "/resend"))
                .extracting(Neighbours.Asked::body)
                .containsExactly("{\"events\":\"outcomes\",\"after\":null}");
    }

    @Test
    void shouldAskForTheLifeOfRunsThatOthersKnow() {
        // When
        look();

        // Then
        assertThat(asked(Neighbours.UNHEARD + "/resend"))
                .extracting(Neighbours.Asked::body)
                .contains("{\"events\":\"life\",\"after\":null}");
        given().get("/api/integrity").then().body("gaps.run", hasItem(Neighbours.UNHEARD));
    }

    private void look() {
        keeper.look().await().atMost(PATIENCE);
    }
}
