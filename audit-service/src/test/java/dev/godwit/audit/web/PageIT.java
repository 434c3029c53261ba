package dev.godwit.audit.web;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.godwit.audit.testing.AuditIT;
import dev.godwit.audit.testing.Neighbours;
import dev.godwit.audit.testing.TestChain;
import dev.godwit.audit.testing.TestEvent;
import dev.godwit.audit.testing.TestRun;
import io.quarkus.test.junit.QuarkusTest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
class PageIT extends AuditIT {

    private static final Pattern OTHER_HOST = Pattern.compile("(src|href)=\"(https?:)?//");

    @Test
    void shouldShowWhatARunDid() {
        // Given
        TestChain chunk = new TestChain(id, "chunk-1", "commit");
        TestEvent end = run.end(9, "completed", chunk);
        TestEvent outcomes =
                chunk.next(List.of(TestChain.migrated("a", "A"), TestChain.conflict("<script>", "duplicate")));
        TestEvent planned = run.state(2, "backfilling", "planning");
        ObjectNode plan = planned.data().putObject("plan");
        plan.putArray("warnings")
                .addObject()
                .put("code", "x")
                .put("message", "mind the gap")
                .put("remedy", "CREATE INDEX");
        plan.putArray("inventory")
                .addObject()
                .put("name", "bytes in all")
                .put("value", 3520000)
                .put("unit", "bytes");
        end.data().withArray("streams").removeAll().add(chunk.end());

        // When
        wire.publish(planned, outcomes, end);
        reportMustBecomeComplete(1);

        // Then
        given().get("/runs/{id}", id)
                .then()
                .statusCode(200)
                .contentType(containsString("text/html"))
                .header("Content-Security-Policy", startsWith("default-src 'self'"))
                .body(containsString("documents-uuid5"))
                .body(containsString("mind the gap"))
                .body(containsString(
                        "<th scope=\"row\">bytes in all</th><td class=\"number\">3\u202f520\u202f000 bytes"))
                .body(containsString("Complete: every event"))
                .body(containsString("&lt;script&gt;"))
                .body(not(containsString("<code class=\"sample\"><script>")));
        assertThat(given().get("/").asString()).contains(id).contains("completed");
    }

    @Test
    void shouldShowHowMigrationsFare() {
        // Given
        Instant now = Instant.now();

        // When: the newest comes first, and what comes twice counts once
        TestEvent newest = TestEvent.health(id, 9, now, 0.75);
        wire.publish(
                newest,
                TestEvent.health(id, 7, now.minusSeconds(7_200), 1),
                TestEvent.health(id, 8, now.minusSeconds(3_600), 0.875),
                newest,
                TestEvent.health(id + "-old", 3, now.minusSeconds(3_600), 1));
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> given().get("/api/health/{migration}", id + "-old")
                .then()
                .statusCode(200));

        // Then
        given().get("/api/health/{migration}?hours=6", id)
                .then()
                .statusCode(200)
                .body("findAll { it.name == 'wrong-keys' }.value", equalTo(List.of(1f, 0.875f, 0.75f)));
        given().get("/api/health")
                .then()
                .statusCode(200)
                .body("find { it.migration == '" + id + "' }.state", equalTo("critical"))
                .body("find { it.migration == '" + id + "' }.measures.name", equalTo(List.of("hits", "wrong-keys")))
                .body("find { it.migration == '" + id + "-old' }.state", equalTo("unknown"))
                .body("find { it.migration == '" + id + "-old' }.reason", equalTo("stale"));
        assertThat(given().get("/").asString())
                .contains(id)
                .contains("warn &gt; 0, critical &gt; 0.5")
                .contains("10\u202f000 of about 123\u202f456 rows")
                .contains("PostgreSQL says: &lt;no&gt;")
                .containsPattern("<polyline points=\"[0-9.]+,2\\.0 [0-9.]+,5\\.5 [0-9.]+,9\\.0\"");
        given().get("/api/health/nobody").then().statusCode(404).body("code", equalTo("no_measures"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/runs/nobody", "/graph", "/entities", "/health", "/integrity", "/integrity/proof"})
    void shouldAskNoOtherHostForAnything(String page) {
        String html = given().get(page).asString();
        assertThat(html)
                .contains("<html lang=\"en\">")
                .doesNotContainPattern(OTHER_HOST)
                .doesNotContain("style=");
    }

    @Test
    void shouldServeItsOwnAssets() {
        given().get("/assets/godwit.css").then().statusCode(200).contentType(containsString("css"));
        for (String script : List.of("godwit.js", "charts.js", "htmx.min.js", "chart.umd.min.js")) {
            given().get("/assets/" + script).then().statusCode(200).contentType(containsString("javascript"));
        }
        given().get("/assets/godwit.svg").then().statusCode(200);
    }

    @Test
    void shouldLeadFromAConflictToItsEntity() {
        TestChain chunk = new TestChain(id, "chunk-1", "commit");
        wire.publish(
                run.state(2, "backfilling", "planning"),
                chunk.next(List.of(
                        TestChain.migrated("old-" + id, "new-" + id), TestChain.conflict("k&" + id, "duplicate"))));
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> given().get("/runs/{id}/outcomes?outcome=conflict&reason=duplicate", id)
                        .then()
                        .statusCode(200)
                        .body(containsString("key=k%26" + id))
                        .body(not(containsString("old-" + id))));
        given().get("/runs/{id}/outcomes?outcome=&table=nobody", id)
                .then()
                .statusCode(200)
                .body(containsString("0 outcomes"));
        given().queryParam("table", "public.documents")
                .queryParam("key", "new-" + id)
                .get("/entities")
                .then()
                .statusCode(200)
                .body(containsString("old-" + id));
        given().get("/runs/{id}/chunks", id).then().statusCode(200).body(containsString("3 of 6 chunks done"));
        given().get("/runs/{id}/statements", id).then().statusCode(200).body(containsString("SELECT 1 &lt; 2"));
        given().get("/graph").then().body(containsString("merge point, head")).body(containsString("drifted"));
    }

    @Test
    void shouldHandActionsOnAndSayWhatBecameOfThem() {
        String refused = Neighbours.REFUSED + id;
        wire.publish(
                run.state(2, "backfilling", "planning"), new TestRun(refused, "commit").state(2, "following", null));
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            given().get("/runs/{id}", id).then().body(containsString("action-pause"));
            given().get("/runs/{id}", refused).then().body(containsString("action-complete"));
        });

        given().get("/runs/{id}/actions/rollback", id).then().statusCode(200).body(containsString("public.documents"));
        given().header("HX-Request", "true")
                .get("/runs/{id}/actions/pause", id)
                .then()
                .statusCode(200)
                .body(not(containsString("<html")));
        assertThat(asked(id + "/pause")).as("a question asks for nothing").isEmpty();

        given().header("Origin", "http://elsewhere.example")
                .formParam("reason", "backup")
                .post("/runs/{id}/actions/pause", id)
                .then()
                .statusCode(403)
                .body("code", equalTo("cross_site"));
        assertThat(asked(id + "/pause")).as("others' pages do nothing").isEmpty();

        given().header("Sec-Fetch-Site", "same-origin")
                .formParam("reason", "backup")
                .post("/runs/{id}/actions/pause", id)
                .then()
                .statusCode(200)
                .body(containsString("Pause: done"));
        assertThat(asked(id + "/pause"))
                .extracting(Neighbours.Asked::body)
                .containsExactly("{\"requestedBy\":\"ann\",\"reason\":\"backup\"}");
        given().header("Sec-Fetch-Site", "same-origin")
                .formParam("reason", "")
                .post("/runs/{id}/actions/complete", refused)
                .then()
                .statusCode(200)
                .body(containsString("the run &lt;has&gt; ended"))
                .body(containsString("illegal_transition"));
        given().header("Sec-Fetch-Site", "same-origin")
                .formParam("reason", "")
                .post("/runs/{id}/actions/forget", id)
                .then()
                .statusCode(404);
    }

    @Test
    void shouldSayThatARunIsUnknown() {
        given().get("/runs/nobody").then().statusCode(404).body(containsString("Unknown run"));
        given().get("/runs/nobody/outcomes").then().statusCode(404).body(containsString("Unknown run"));
    }

    @Test
    void shouldOfferHealthMetricsAndOpenApi() {
        given().get("/q/health/ready").then().statusCode(200).body("status", equalTo("UP"));
        given().get("/q/health/live").then().statusCode(200);
        given().get("/q/metrics").then().statusCode(200).body(containsString("godwit_audit_"));
        given().get("/q/openapi").then().statusCode(200).body(containsString("/api/runs/{id}/report"));
    }
}
