package dev.godwit.audit.access;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import dev.godwit.audit.testing.AuditIT;
import dev.godwit.audit.testing.TestTokens;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.builder.RequestSpecBuilder;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

@QuarkusTest
class AccessIT extends AuditIT {

    private static final Set<String> FOR_ADMINS = Set.of("POST /api/redactions");
    private static final String COOKIE = "godwit-session";

    @Test
    void shouldLetNobodyInWithoutAToken() {
        Map<String, String> endpoints = endpoints();
        assertThat(endpoints).hasSizeGreaterThan(14);
        endpoints.put("GET /q/openapi", "/q/openapi");
        endpoints.put("GET /q/metrics", "/q/metrics");
        endpoints.put("POST /", "/");
        endpoints.forEach((endpoint, path) -> {
            for (String token : new String[] {null, "nobody-s-token"}) {
                send(as(token), endpoint, path)
                        .then()
                        .statusCode(401)
                        .header("WWW-Authenticate", "Bearer")
                        .contentType("application/problem+json")
                        .body("code", equalTo("unauthenticated"));
            }
        });
    }

    @Test
    void shouldAskForTheRoleThatEachEndpointNeeds() {
        Map<String, String> endpoints = endpoints();
        endpoints.forEach((endpoint, path) -> {
            if (!endpoint.startsWith("GET")) {
                send(as(TestTokens.VIEWER), endpoint, path)
                        .then()
                        .statusCode(403)
                        .body("code", equalTo("forbidden"));
            } else if (!path.endsWith("/events")) {
                assertThat(send(as(TestTokens.VIEWER), endpoint, path).statusCode())
                        .as(endpoint)
                        .isNotIn(401, 403);
            }
        });
        FOR_ADMINS.forEach(endpoint -> send(as(TestTokens.OPERATOR), endpoint, endpoints.get(endpoint))
                .then()
                .statusCode(403)
                .body("code", equalTo("forbidden")));
    }

    @Test
    void shouldLeaveHealthAndWhatTheLoginNeedsOpen() {
        as(null).get("/q/health/ready").then().statusCode(200);
        as(null).get("/assets/godwit.css").then().statusCode(200);
        as(null).get("/login").then().statusCode(200).body(containsString("type=\"password\""));
        as(null).redirects().follow(false).get("/").then().statusCode(302).header("Location", containsString("/login"));
    }

    @Test
    void shouldLogPeopleInAndOut() {
        Response login = login(TestTokens.VIEWER);
        String cookie = login.cookie(COOKIE);

        assertThat(login.statusCode()).isEqualTo(302);
        assertThat(login.detailedCookie(COOKIE).isHttpOnly()).isTrue();
        assertThat(login.detailedCookie(COOKIE).getSameSite()).isEqualToIgnoringCase("Strict");
        assertThat(cookie).doesNotContain("vic").doesNotContain(TestTokens.VIEWER);
        as(null).cookie(COOKIE, cookie)
                .get("/")
                .then()
                .statusCode(200)
                .body(containsString("vic"))
                .body(containsString("/logout"));
        as(null).cookie(COOKIE, cookie).get("/api/runs").then().statusCode(200);
        as(null).cookie(COOKIE, cookie)
                .contentType("application/json")
                .body("{}")
                .post("/api/redactions")
                .then()
                .statusCode(403);
        Response logout =
                as(null).redirects().follow(false).cookie(COOKIE, cookie).post("/logout");
        assertThat(logout.statusCode()).isEqualTo(303);
        assertThat(logout.detailedCookie(COOKIE).getMaxAge()).isZero();
    }

    @Test
    void shouldLetNobodyInWithANobodysTokenOrAForgedCookie() {
        Response login = login("nobody-s-token");

        assertThat(login.header("Location")).contains("/login?failed");
        assertThat(login.cookie(COOKIE)).isNull();
        assertThat(as(null).redirects()
                        .follow(false)
                        .cookie(COOKIE, "dmlj")
                        .get("/api/runs")
                        .statusCode())
                .isIn(302, 401);
    }

    @Test
    void shouldRefuseWhatPagesOfOtherSitesSend() {
        String cookie = login(TestTokens.ADMIN).cookie(COOKIE);
        for (Map<String, String> headers : List.of(
                Map.of("Origin", "https://evil.example.org"),
                Map.of("Origin", "null"),
                Map.of("Sec-Fetch-Site", "cross-site"),
                Map.of("Sec-Fetch-Site", "same-site"))) {
            as(null).headers(headers)
                    .cookie(COOKIE, cookie)
                    .contentType("application/json")
                    .body("{\"table\":\"t\",\"key\":\"k\",\"reason\":\"r\"}")
                    .post("/api/redactions")
                    .then()
                    .statusCode(403)
                    .body("code", equalTo("cross_site"));
            as(null).headers(headers)
                    .formParam("token", TestTokens.ADMIN)
                    .post("/login")
                    .then()
                    .statusCode(403);
        }
    }

    @Test
    void shouldTellBrowsersToBeCareful() {
        for (Response answer : new Response[] {given().get("/"), as(null).get("/api/runs")}) {
            assertThat(answer.header("Content-Security-Policy")).contains("frame-ancestors 'none'");
            assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
            assertThat(answer.header("Referrer-Policy")).isNotBlank();
        }
    }

    private static Response login(String token) {
        return as(null).redirects()
                .follow(false)
                .formParam("name", "token")
                .formParam("token", token)
                .post("/login");
    }

    private static Map<String, String> endpoints() {
        Map<String, Map<String, Object>> paths =
                given().get("/q/openapi?format=json").jsonPath().getMap("paths");
        Map<String, String> endpoints = new TreeMap<>();
        paths.forEach((path, methods) -> methods.keySet()
                .forEach(method -> endpoints.put(
                        method.toUpperCase(Locale.ROOT) + " " + path, path.replaceAll("\\{[a-z]+}", "x1"))));
        return endpoints;
    }

    private static RequestSpecification as(String token) {
        // A builder begins with what is set for all, and that is a token.
        RestAssured.requestSpecification = null;
        RequestSpecBuilder nobody = new RequestSpecBuilder();
        if (token != null) {
            nobody.addHeader("Authorization", "Bearer " + token);
        }
        RestAssured.requestSpecification = nobody.build();
        return given();
    }

    private static Response send(RequestSpecification request, String endpoint, String path) {
        return request.contentType("application/json").request(endpoint.substring(0, endpoint.indexOf(' ')), path);
    }
}
