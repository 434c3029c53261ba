package dev.godwit.audit.web;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.godwit.audit.testing.AuditIT;
import dev.godwit.audit.testing.TestChain;
import dev.godwit.audit.testing.TestEvent;
import io.quarkus.test.junit.QuarkusTest;
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
                .body(containsString("Complete: every event"))
                .body(containsString("&lt;script&gt;"))
                .body(not(containsString("<code class=\"sample\"><script>")));
        assertThat(given().get("/").asString()).contains(id).contains("completed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/runs/nobody"})
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
        given().get("/assets/godwit.js").then().statusCode(200);
        given().get("/assets/godwit.svg").then().statusCode(200);
    }

    @Test
    void shouldSayThatARunIsUnknown() {
        given().get("/runs/nobody").then().statusCode(404).body(containsString("Unknown run"));
    }

    @Test
    void shouldOfferHealthMetricsAndOpenApi() {
        given().get("/q/health/ready").then().statusCode(200).body("status", equalTo("UP"));
        given().get("/q/health/live").then().statusCode(200);
        given().get("/q/metrics").then().statusCode(200).body(containsString("godwit_audit_"));
        given().get("/q/openapi").then().statusCode(200).body(containsString("/api/runs/{id}/report"));
    }
}
