package dev.godwit.audit.report;

import static dev.godwit.audit.testing.TestChain.byRole;
import static dev.godwit.audit.testing.TestChain.change;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.nullValue;

import dev.godwit.audit.testing.AuditIT;
import dev.godwit.audit.testing.TestChain;
import dev.godwit.audit.testing.TestEvent;
import dev.godwit.audit.trail.EventGroups;
import dev.godwit.audit.trail.Outcome;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Entities by groups of values of the columns that a definition names. */
@QuarkusTest
class GroupIT extends AuditIT {

    private final TestChain chunk = new TestChain(id, "chunk-1", "commit");

    private Response groups(String query) {
        return given().get("/api/runs/{id}/groups" + query, id);
    }

    @Test
    void shouldTakeAnEntityOutOfItsFormerGroupWhicheverStreamComesFirstAndHoweverOften() {
        // Given
        Outcome held = TestChain.conflict("a", "duplicate");
        TestEvent first = chunk.next(
                List.of(held, TestChain.migrated("b", "B"), TestChain.migrated("c", "C")),
                byRole(change("user", 1, 1), change(null, 1, 0)));
        TestChain tail = new TestChain(id, "tail-0", "commit");
        TestEvent resolved = tail.next(
                List.of(TestChain.migratedAfter(held, "A")), byRole(change("admin", 1, 0), change("user", 0, -1)));
        TestEvent gone = tail.next(List.of(TestChain.migrated("d", "D")), byRole(change("?", 1, 0)));

        // When
        wire.publish(resolved, first, first, gone, resolved, run.end(9, "completed", chunk, tail), first);

        // Then
        reportMustBecomeComplete(4);
        given().get("/api/runs/{id}/report", id)
                .then()
                .body("groups.columns", equalTo(List.of("role")))
                .body("groups.number", equalTo(4))
                .body("groups.largest.find { it.values == ['user'] }.counts.migrated", equalTo(1))
                .body("groups.largest.find { it.values == ['user'] }.counts.conflict", equalTo(0))
                .body("groups.largest.find { it.values == ['admin'] }.counts.migrated", equalTo(1))
                .body("groups.largest.find { it.values == [null] }.counts.migrated", equalTo(1))
                .body("groups.largest.find { it.values == null }.counts.migrated", equalTo(1));
        groupsMustAddUpToTheCounts();
    }

    private void groupsMustAddUpToTheCounts() {
        JsonPath report = given().get("/api/runs/{id}/report", id).jsonPath();
        Map<String, Integer> counts = report.getMap("counts");
        List<Map<String, Integer>> groups = report.getList("groups.largest.counts");
        counts.forEach((outcome, count) -> assertThat(
                        groups.stream().mapToInt(group -> group.get(outcome)).sum())
                .as(outcome)
                .isEqualTo(count));
    }

    @Test
    void shouldListTheLargestGroupsFirstPageByPageAndAllOfThemAsCsv() {
        // Given
        List<TestEvent> events = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            int base = i * 1000;
            events.add(chunk.next(
                    IntStream.range(base, base + 1000)
                            .mapToObj(key -> TestChain.migrated("k" + key, "n" + key))
                            .toList(),
                    byRole(IntStream.range(base, base + 998)
                            .mapToObj(key -> change(key == 2500 ? "a,\"<b>\"" : "r" + key, key == base ? 3 : 1, 0))
                            .toArray(EventGroups.Change[]::new))));
        }
        events.add(run.end(9, "completed", chunk));

        // When
        wire.publish(events.toArray(TestEvent[]::new));

        // Then
        reportMustBecomeComplete(3000);
        Response page = groups("?limit=1000");
        page.then()
                .body("columns", equalTo(List.of("role")))
                .body("number", equalTo(2994))
                .body("groups[0].total", equalTo(3))
                .body("groups[2].total", equalTo(3))
                .body("groups[3].total", equalTo(1));
        List<String> seen = new ArrayList<>(page.jsonPath().getList("groups.values.flatten()", String.class));
        while (page.jsonPath().getString("next") != null) {
            page = groups("?limit=1000&after=" + page.jsonPath().getString("next"));
            seen.addAll(page.jsonPath().getList("groups.values.flatten()", String.class));
        }
        assertThat(seen).hasSize(2994).doesNotHaveDuplicates();
        Response csv = groups("?format=csv");
        csv.then()
                .statusCode(200)
                .contentType(containsString("text/csv"))
                .header("Content-Disposition", containsString(id));
        List<String> lines = csv.asString().lines().toList();
        assertThat(lines).hasSize(2995).doesNotHaveDuplicates().contains("\"a,\"\"<b>\"\"\",true,1,0,0,0,0,0,0");
        assertThat(lines.get(0)).isEqualTo("role,known,migrated,unchanged,skipped,conflict,failed,reverted,diverged");
        given().get("/api/runs/{id}/report", id)
                .then()
                .body("groups.number", equalTo(2994))
                .body("groups.largest.size()", equalTo(1000));
        given().get("/api/runs/{id}/report?format=html", id)
                .then()
                .body(containsString("2\u202f994 groups by <code>role</code>"))
                .body(containsString("The largest 1000 are listed."));
        given().accept("text/html")
                .get("/runs/{id}", id)
                .then()
                .statusCode(200)
                .body(containsString("and 2\u202f974 more: "));
    }

    @Test
    void shouldHaveNoGroupsWhereNoEventHasAny() {
        // When
        wire.publish(chunk.next(List.of(TestChain.migrated("a", "A"))), run.end(9, "completed", chunk));

        // Then
        reportMustBecomeComplete(1);
        given().get("/api/runs/{id}/report", id).then().body("groups", nullValue());
        groups("")
                .then()
                .statusCode(200)
                .body("columns", empty())
                .body("groups", empty())
                .body("next", nullValue());
        groups("?after=rubbish").then().statusCode(400).body("code", equalTo("bad_cursor"));
        given().get("/api/runs/nobody/groups").then().statusCode(404);
    }

    @Test
    void shouldProveTheChainsAndFindOutWhoChangesWhatStandsForTheGroups() throws SQLException {
        // Given
        wire.publish(
                chunk.next(
                        List.of(TestChain.migrated("a", "A"), TestChain.migrated("b", "B")),
                        byRole(change("user", 2, 0))),
                chunk.next(List.of(TestChain.migrated("c", "C"))),
                run.end(9, "completed", chunk));
        reportMustBecomeComplete(3);
        given().get("/api/runs/{id}/report", id).then().body("chainsIntact", equalTo(true));
        given().get("/api/runs/{id}/integrity", id)
                .then()
                .body("findings", empty())
                .body("outcomes", equalTo(3));

        // When
        tamper(
                "UPDATE trail_event SET leaves = set_byte(leaves, 80, (get_byte(leaves, 80) + 1) %% 256) WHERE run = '%s' AND sequence = 1"
                        .formatted(id));

        // Then
        given().get("/api/runs/{id}/integrity", id)
                .then()
                .body("findings.kind", hasItem("broken-hash"))
                .body("findings[0].sequence", equalTo(1));
    }

    @Test
    void shouldTakeAKeyOutOfTheGroupsThatHoldItAndKeepTheCounts() {
        // Given
        String person = "p-" + id;
        wire.publish(
                chunk.next(
                        List.of(TestChain.migrated("a", "A"), TestChain.migrated("b", "B")),
                        byRole(change(person, 1, 0), change("other", 1, 0))),
                run.end(9, "completed", chunk));
        reportMustBecomeComplete(2);
        String request = "{\"table\":\"public.person\",\"key\":\"" + person
                + "\",\"requestedBy\":\"anna\",\"reason\":\"article 17\",\"groupColumns\":[\"%s\"]}";

        // When
        given().contentType("application/json")
                .body(request.formatted("owner"))
                .post("/api/redactions")
                .then()
                .statusCode(404);
        given().contentType("application/json")
                .body(request.formatted("role"))
                .post("/api/redactions")
                .then()
                .statusCode(200)
                .body("outcomes", equalTo(0))
                .body("groups", equalTo(1));

        // Then
        assertThat(groups("").jsonPath().getList("groups.values.flatten()", String.class))
                .containsExactlyInAnyOrder("(redacted)", "other");
        groups("").then().body("number", equalTo(2));
        groupsMustAddUpToTheCounts();
        given().get("/api/runs/{id}/integrity", id).then().body("findings", empty());
    }

    @Test
    void shouldNotBelieveAnEventWhoseGroupsAreNotWhatWasHashed() {
        // Given
        TestEvent event = chunk.next(List.of(TestChain.migrated("a", "A")), byRole(change("user", 1, 0)));
        event.data().withObject("/groups/changes/0/counts").put("migrated", 2);

        // When
        wire.publish(run.state(1, "backfilling", null), event);

        // Then
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() ->
                        given().get("/api/runs/{id}/report", id).then().body("findings.kind", hasItem("broken-hash")));
    }
}
