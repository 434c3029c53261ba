package dev.godwit.migration.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.testing.StubRuns;
import dev.godwit.migration.testing.StubbedRuns;
import dev.godwit.migration.testing.TestIssuer;
import dev.godwit.migration.testing.TestTokens;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(StubbedRuns.class)
class AccessIT {

    private static final Set<String> FOR_ADMINS = Set.of("/api/runs/{id}/forget", "/api/migrations/{name}/stamp");
    private static final String PAUSE = "/api/runs/r1/pause";

    private record Endpoint(String method, String path) {

        boolean reads() {
            return method.equals("GET");
        }

        String address() {
            return path.replaceAll("\\{[a-z]+}", "r1");
        }
    }

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @TestHTTPResource
    URI base;

    @ConfigProperty(name = "godwit.auth.oidc.issuer")
    String issuer;

    @ConfigProperty(name = "test.issuer.key")
    String key;

    @Inject
    StubRuns runs;

    private List<Endpoint> endpoints;
    private List<String> before;

    @BeforeEach
    void look() throws Exception {
        JsonObject paths = new JsonObject(
                        send("GET", "/q/openapi?format=json", TestTokens.VIEWER).body())
                .getJsonObject("paths");
        endpoints = new ArrayList<>();
        paths.forEach(path -> ((JsonObject) path.getValue())
                .fieldNames()
                .forEach(method -> endpoints.add(new Endpoint(method.toUpperCase(Locale.ROOT), path.getKey()))));
        before = runs.asked();
    }

    @Test
    void shouldLetNobodyInWithoutAToken() throws Exception {
        assertThat(endpoints).hasSizeGreaterThan(25);
        endpoints.add(new Endpoint("GET", "/q/openapi"));
        endpoints.add(new Endpoint("GET", "/q/metrics"));
        endpoints.add(new Endpoint("GET", "/api/nothing"));
        endpoints.add(new Endpoint("DELETE", "/api/runs/r1"));
        for (Endpoint endpoint : endpoints) {
            for (String token : new String[] {null, "nobody-s-token", ""}) {
                HttpResponse<String> answer = send(endpoint.method(), endpoint.address(), token);

                assertThat(answer.statusCode())
                        .as("%s with %s", endpoint, token)
                        .isEqualTo(401);
                assertThat(answer.headers().firstValue("www-authenticate")).contains("Bearer");
                problemMustBe("unauthenticated", answer);
            }
        }
        assertThat(runs.asked()).isEqualTo(before);
    }

    @Test
    void shouldAskForTheRoleThatEachEndpointNeeds() throws Exception {
        for (Endpoint endpoint : endpoints) {
            if (endpoint.reads()) {
                assertThat(send("GET", endpoint.address(), TestTokens.VIEWER).statusCode())
                        .as("%s", endpoint)
                        .isNotIn(401, 403);
            } else {
                mustBeForbidden(endpoint, TestTokens.VIEWER);
            }
        }
        before = runs.asked();
        for (Endpoint endpoint : endpoints) {
            if (FOR_ADMINS.contains(endpoint.path())) {
                mustBeForbidden(endpoint, TestTokens.OPERATOR);
            }
        }
        assertThat(endpoints).extracting(Endpoint::path).containsAll(FOR_ADMINS);
        assertThat(runs.asked()).isEqualTo(before);
    }

    private void mustBeForbidden(Endpoint endpoint, String token) throws Exception {
        int asked = runs.asked().size();
        HttpResponse<String> answer = send(endpoint.method(), endpoint.address(), token);
        assertThat(answer.statusCode()).as("%s", endpoint).isEqualTo(403);
        problemMustBe("forbidden", answer);
        for (String detour : List.of(";x=y", "?x=y", "/", "//")) {
            assertThat(send(endpoint.method(), endpoint.address() + detour, token)
                            .statusCode())
                    .as("%s%s", endpoint, detour)
                    .isIn(403, 404, 405);
        }
        assertThat(runs.asked()).as("%s was refused and did nothing", endpoint).hasSize(asked);
    }

    @Test
    void shouldLeaveHealthOpenAndLetPeopleDoWhatTheirRoleMay() throws Exception {
        assertThat(send("GET", "/q/health/live", null).statusCode()).isEqualTo(200);
        assertThat(send("GET", "/q/health/ready", null).statusCode()).isEqualTo(200);
        assertThat(send("GET", "/q/metrics", TestTokens.VIEWER).statusCode()).isEqualTo(200);
        assertThat(send("POST", PAUSE, TestTokens.OPERATOR).statusCode()).isEqualTo(202);
        assertThat(send("POST", "/api/runs/r1/forget", TestTokens.ADMIN).statusCode())
                .isEqualTo(202);
    }

    @Test
    void shouldActForOthersOnlyAsADelegateAndWithNoMoreThanItsOwnRole() throws Exception {
        Map<String, String> eve = Map.of("Godwit-Acting-For", "eve", "Godwit-Acting-Role", "admin");

        assertThat(send("POST", PAUSE, TestTokens.DELEGATE, eve).statusCode()).isEqualTo(202);
        assertThat(runs.asked()).last().asString().endsWith(" eve -");
        assertThat(send("POST", "/api/runs/r1/forget", TestTokens.DELEGATE, eve).statusCode())
                .isEqualTo(403);
        assertThat(send(
                                "POST",
                                PAUSE,
                                TestTokens.DELEGATE,
                                Map.of("Godwit-Acting-For", "eve", "Godwit-Acting-Role", "viewer"))
                        .statusCode())
                .isEqualTo(403);
        assertThat(send("POST", PAUSE, TestTokens.ADMIN, eve).statusCode()).isEqualTo(401);
        assertThat(send(
                                "POST",
                                PAUSE,
                                TestTokens.DELEGATE,
                                Map.of("Godwit-Acting-For", "claimed:eve", "Godwit-Acting-Role", "admin"))
                        .statusCode())
                .isEqualTo(401);
    }

    @Test
    void shouldKnowPeopleByTheirProvidersTokens() throws Exception {
        String operator = TestIssuer.sign(claims("godwit-operators"), key);

        assertThat(send("POST", PAUSE, operator).statusCode()).isEqualTo(202);
        assertThat(runs.asked()).last().asString().endsWith(" olga@example.org -");
        assertThat(send("POST", "/api/runs/r1/forget", operator).statusCode()).isEqualTo(403);
        assertThat(send("GET", "/api/runs", TestIssuer.sign(claims("viewer"), key))
                        .statusCode())
                .isEqualTo(200);
        assertThat(send("GET", "/api/runs", TestIssuer.sign(claims("operator", "cooks"), key))
                        .statusCode())
                .as("known, but none of the values that are configured")
                .isEqualTo(403);
    }

    @Test
    void shouldTakeNoTokenThatIsNotMeantForIt() throws Exception {
        JsonObject good = claims("godwit-operators");
        long past = Instant.now().getEpochSecond() - 3_600;
        before = runs.asked();
        for (String token : List.of(
                TestIssuer.sign(good.copy().put("aud", "another-service"), key),
                TestIssuer.sign(good.copy().put("iss", "https://elsewhere.example.org"), key),
                TestIssuer.sign(good.copy().put("exp", past), key),
                TestIssuer.sign(good.copy().put("upn", "claimed:olga"), key),
                TestIssuer.sign(good, TestIssuer.strangersKey()),
                TestIssuer.unsigned(good))) {
            assertThat(send("POST", PAUSE, token).statusCode()).as(token).isEqualTo(401);
        }
        assertThat(runs.asked()).isEqualTo(before);
    }

    @Test
    void shouldRefuseWhatPagesOfOtherSitesSend() throws Exception {
        before = runs.asked();

        assertThat(send("POST", PAUSE, TestTokens.ADMIN, Map.of("Origin", "https://evil.example.org"))
                        .statusCode())
                .isEqualTo(403);
        assertThat(send("POST", PAUSE, TestTokens.ADMIN, Map.of("Sec-Fetch-Site", "cross-site"))
                        .statusCode())
                .isEqualTo(403);
        assertThat(runs.asked()).isEqualTo(before);
        assertThat(send(
                                "POST",
                                PAUSE,
                                TestTokens.ADMIN,
                                Map.of("Origin", base.toString().replaceFirst("/$", "")))
                        .statusCode())
                .isEqualTo(202);
    }

    @Test
    void shouldTellBrowsersToBeCareful() throws Exception {
        for (HttpResponse<String> answer :
                List.of(send("GET", "/api/runs", TestTokens.VIEWER), send("GET", "/api/runs", null))) {
            assertThat(answer.headers().firstValue("content-security-policy").orElse(""))
                    .contains("frame-ancestors 'none'");
            assertThat(answer.headers().firstValue("x-content-type-options")).contains("nosniff");
            assertThat(answer.headers().firstValue("referrer-policy")).isPresent();
            assertThat(answer.headers().firstValue("strict-transport-security"))
                    .as("not over TLS")
                    .isEmpty();
        }
    }

    private JsonObject claims(String... groups) {
        long now = Instant.now().getEpochSecond();
        return new JsonObject()
                .put("iss", issuer)
                .put("aud", "godwit")
                .put("sub", "4711")
                .put("upn", "olga@example.org")
                .put("iat", now)
                .put("exp", now + 300)
                .put("groups", new JsonArray(List.of(groups)));
    }

    private static void problemMustBe(String code, HttpResponse<String> answer) {
        assertThat(answer.headers().firstValue("content-type").orElse("")).startsWith("application/problem+json");
        assertThat(new JsonObject(answer.body()).getString("code")).isEqualTo(code);
    }

    private HttpResponse<String> send(String method, String path, String token) throws Exception {
        return send(method, path, token, Map.of());
    }

    private HttpResponse<String> send(String method, String path, String token, Map<String, String> headers)
            throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path))
                .header("content-type", "application/json")
                .method(method, HttpRequest.BodyPublishers.noBody());
        headers.forEach(request::header);
        if (token != null) {
            request.header("authorization", "Bearer " + token);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
