package dev.godwit.audit.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.audit.testing.AuditIT;
import dev.godwit.audit.testing.TestProvider;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.CookieManager;
import java.net.HttpCookie;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

/** People who log in to the dashboard at an OpenID Connect provider, as a browser would take them there and back. */
@QuarkusTest
@TestProfile(ProviderLoginIT.Provider.class)
class ProviderLoginIT extends AuditIT {

    /** The service with a provider beside it. */
    public static class Provider implements QuarkusTestProfile {
        @Override
        public List<TestResourceEntry> testResources() {
            return List.of(new TestResourceEntry(TestProvider.class));
        }
    }

    private static final String NAME = "olga@example.org";

    private final CookieManager cookies = new CookieManager();
    private final HttpClient browser = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .cookieHandler(cookies)
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build();
    private final HttpClient stranger =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @TestHTTPResource
    URI base;

    @ConfigProperty(name = TestProvider.ISSUER)
    String issuer;

    @Test
    void shouldLeadToTheProviderAndBackToThePageThatWasAskedFor() throws Exception {
        comesNext("godwit-operators");

        HttpResponse<String> page = get("/health?hours=1");

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.uri()).isEqualTo(base.resolve("/health?hours=1"));
        assertThat(page.body()).contains(NAME).contains("/logout");
        assertThat(get("/api/runs").statusCode()).isEqualTo(200);
        assertThat(cookies.getCookieStore().getCookies())
                .isNotEmpty()
                .allMatch(HttpCookie::isHttpOnly)
                .extracting(HttpCookie::getValue)
                .noneMatch(value -> value.contains(NAME));
    }

    @Test
    void shouldLetPeopleDoWhatTheProvidersGroupsSay() throws Exception {
        comesNext("godwit-operators");
        logIn();
        assertThat(post("/api/redactions", "{}").statusCode())
                .as("for admins alone")
                .isEqualTo(403);

        cookies.getCookieStore().removeAll();
        comesNext("admin");
        logIn();
        assertThat(post("/api/redactions", "{}").statusCode()).isEqualTo(400);

        cookies.getCookieStore().removeAll();
        comesNext("cooks");
        assertThat(get("/").statusCode())
                .as("known, but none of the values that are configured")
                .isEqualTo(403);
    }

    @Test
    void shouldEndTheSessionWhenPeopleLogOut() throws Exception {
        comesNext("viewer");
        logIn();

        HttpResponse<String> after = post("/logout", "");

        assertThat(after.uri()).isEqualTo(base.resolve("/login"));
        assertThat(after.body()).contains("Log in at your provider");
        assertThat(get("/api/runs").statusCode()).isEqualTo(401);
    }

    @Test
    void shouldLetNobodyInWithACodeThatWasNotAskedForHere() throws Exception {
        comesNext("admin");
        URI forged = base.resolve("/?code=stolen&state=forged");

        HttpResponse<String> answer =
                stranger.send(HttpRequest.newBuilder(forged).build(), HttpResponse.BodyHandlers.ofString());

        assertThat(answer.statusCode()).isIn(302, 401);
        assertThat(answer.headers().allValues("set-cookie"))
                .noneMatch(cookie -> cookie.startsWith("q_session") && !cookie.contains("Max-Age=0"));
    }

    @Test
    void shouldRefuseWhatPagesOfOtherSitesSendWithThatSession() throws Exception {
        comesNext("admin");
        logIn();

        HttpResponse<String> answer = browser.send(
                HttpRequest.newBuilder(base.resolve("/api/redactions"))
                        .header("content-type", "application/json")
                        .header("Sec-Fetch-Site", "cross-site")
                        .POST(HttpRequest.BodyPublishers.ofString("{}"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(new JsonObject(answer.body()).getString("code")).isEqualTo("cross_site");
    }

    private void comesNext(String... groups) throws Exception {
        JsonObject claims = new JsonObject().put("upn", NAME).put("groups", new JsonArray(List.of(groups)));
        stranger.send(
                HttpRequest.newBuilder(URI.create(issuer + TestProvider.PERSON))
                        .POST(HttpRequest.BodyPublishers.ofString(claims.encode()))
                        .build(),
                HttpResponse.BodyHandlers.discarding());
    }

    private void logIn() throws Exception {
        assertThat(get("/").statusCode()).isEqualTo(200);
    }

    private HttpResponse<String> get(String path) throws Exception {
        return browser.send(HttpRequest.newBuilder(base.resolve(path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String path, String body) throws Exception {
        return browser.send(
                HttpRequest.newBuilder(base.resolve(path))
                        .header("content-type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
