package dev.godwit.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.godwit.cli.ExitCode;
import dev.godwit.cli.client.RestClient;
import dev.godwit.cli.client.Series;
import dev.godwit.cli.command.GodwitProcess.Result;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Stamps and whole plans as a shell meets them, on a service that a test plays. */
class WholePlanTest {
    private static final String RUNNING = """
            {"series":"s0123456789ab","mode":"commit","state":"running","counts":{},"members":[
              {"migration":"core","needs":[],"state":"running","run":"r1","message":null,"counts":{}},
              {"migration":"late","needs":["core"],"state":"waiting","run":null,"message":null,"counts":{}}]}
            """;

    private static final String FAILED = """
            {"series":"s0123456789ab","mode":"commit","state":"failed","counts":{"migrated":1200},"members":[
              {"migration":"aside","needs":[],"state":"done","run":"r2","message":null,"counts":{"migrated":1200}},
              {"migration":"core","needs":[],"state":"failed","run":"r1","message":"statement 2 of up: no","counts":{}},
              {"migration":"late","needs":["core"],"state":"blocked","run":null,"message":null,"counts":{}}]}
            """;

    private final List<String> requests = new ArrayList<>();

    @TempDir
    private Path directory;

    private HttpServer server;
    private int status = 200;
    private volatile String shown = FAILED;

    @BeforeEach
    void startServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    @AfterEach
    void stopServer() {
        server.stop(0);
    }

    @Test
    void shouldReportAllRunsAsOne() throws Exception {
        Result run = godwit("run", "late", "aside", "--with-dependencies", "--commit", "--reason", "release 7");

        assertThat(run.code()).as(run.err()).isEqualTo(ExitCode.FAILED);
        assertThat(run.out().lines().map(String::stripTrailing))
                .containsExactly(
                        "s0123456789ab  commit  failed",
                        "  MIGRATION  STATE    RUN  ENTITIES",
                        "  aside      done     r2   1,200 migrated",
                        "  core       failed   r1   -",
                        "  late       blocked  -    -",
                        "  core  (statement 2 of up: no)",
                        "  late  (needs core)",
                        "  1 done, 1 failed, 1 blocked");
        assertThat(run.err()).contains("the same command does what is left");
        assertThat(requests.get(0))
                .startsWith("POST /api/series ")
                .contains("\"migrations\":[\"late\",\"aside\"]", "\"mode\":\"commit\"", "\"reason\":\"release 7\"");
        assertThat(requests.get(1)).startsWith("GET /api/series/s0123456789ab ");
    }

    @Test
    void shouldShowAndCancelASeriesByItsId() throws Exception {
        shown = RUNNING;

        Result status = godwit("status", "s0123456789ab");
        Result cancelled = godwit("cancel", "s0123456789ab", "--reason", "not today", "--json");

        assertThat(status.code()).isEqualTo(ExitCode.DONE);
        assertThat(status.out()).contains("core       running  r1").contains("1 running, 1 waiting");
        assertThat(requests.get(1))
                .startsWith("POST /api/series/s0123456789ab/cancel ")
                .contains("\"reason\":\"not today\"");
        assertThat(cancelled.json().path("series").asText()).isEqualTo("s0123456789ab");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {"state":"completed","counts":{"migrated":3}}                                                          | 0
                    {"state":"completed","counts":{"conflict":3}}                                                          | 3
                    {"state":"failed","members":[{"state":"refused"},{"state":"blocked"}]}                                 | 4
                    {"state":"failed","members":[{"state":"failed","message":"verification_failed: a expected 1"}]}      | 5
                    {"state":"failed","members":[{"state":"failed","message":"disk full"},{"state":"refused"}]}            | 1
                    {"state":"failed","members":[{"state":"cancelled"}]}                                                   | 1
                    {"state":"cancelled"}                                                                                  | 1
                    {"state":"running"}                                                                                    | 0
                    """)
    void shouldEndWithTheWorstOfItsMembers(String json, int code) throws JsonProcessingException {
        assertThat(new Series(RestClient.JSON.readTree(json)).exitCode()).isEqualTo(code);
    }

    @Test
    void shouldReturnOnceWhatWasAskedForFollows() throws Exception {
        shown = """
                {"series":"s0123456789ab","mode":"commit","state":"running","follow":true,"migrations":["late"],"counts":{},"members":[
                  {"migration":"core","state":"done","run":"r1","runState":"completed","counts":{}},
                  {"migration":"late","state":"running","run":"r2","runState":"following","counts":{}}]}
                """;

        Result run = godwit("run", "late", "--with-dependencies", "--commit", "--follow");

        assertThat(run.code()).as(run.err()).isEqualTo(ExitCode.DONE);
        assertThat(run.err()).contains("late follows the application; to end it: godwit complete r2");
        assertThat(requests.get(0)).contains("\"follow\":true");
    }

    /** A schema migration that is needed passes through {@code following}, too. */
    @Test
    void shouldNotTakeWhatPassesThroughForWhatWasAskedFor() throws JsonProcessingException {
        String member = "{\"migration\":\"core\",\"runState\":\"following\"}";
        String series = "{\"follow\":true,\"migrations\":[\"%s\"],\"members\":[" + member + "]}";

        assertThat(new Series(RestClient.JSON.readTree(series.formatted("late"))).isFollowing())
                .isFalse();
        assertThat(new Series(RestClient.JSON.readTree(series.formatted("core"))).isFollowing())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "run a b --commit",
                "run a --with-dependencies --limit 3",
                "run a --with-dependencies --only k",
                "run a --with-dependencies --max-rate 3",
                "run a --with-dependencies --only-between 22:00-06:00"
            })
    void shouldRefuseWhatMeansOneMigrationOnly(String line) throws Exception {
        Result refused = godwit(line.split(" "));

        assertThat(refused.code()).isEqualTo(ExitCode.USAGE);
        assertThat(refused.err()).contains("--with-dependencies").doesNotContain("\tat ");
        assertThat(requests).isEmpty();
    }

    @Test
    void shouldStampAndTakeAStampBack() throws Exception {
        shown = "{\"migration\":\"core\",\"state\":\"applied\"}";

        Result stamped = godwit("stamp", "core", "--reason", "Alembic did it");
        Result removed = godwit("stamp", "core", "--remove", "--json");

        assertThat(stamped.code()).as(stamped.err()).isEqualTo(ExitCode.DONE);
        assertThat(stamped.out().strip()).isEqualTo("core  applied");
        assertThat(removed.json().path("migration").asText()).isEqualTo("core");
        assertThat(requests.get(0))
                .startsWith("POST /api/migrations/core/stamp ")
                .contains("\"remove\":false", "\"reason\":\"Alembic did it\"", "\"requestedBy\":");
        assertThat(requests.get(1)).contains("\"remove\":true");
    }

    @Test
    void shouldSayWhyAStampIsRefused() throws Exception {
        status = 422;
        shown = "{\"title\":\"Refused\",\"detail\":\"column public.note.day is not there\",\"code\":\"not_present\"}";

        Result refused = godwit("stamp", "core");

        assertThat(refused.code()).isEqualTo(ExitCode.REFUSED);
        assertThat(refused.err()).contains("column public.note.day is not there");
        assertThat(refused.out()).isEmpty();
    }

    private Result godwit(String... arguments) throws IOException, InterruptedException {
        String url = "http://127.0.0.1:" + server.getAddress().getPort();
        return GodwitProcess.run(
                directory,
                Stream.concat(Stream.of(arguments), Stream.of("--url", url)).toList());
    }

    private void answer(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        boolean starts = exchange.getRequestURI().getPath().equals("/api/series");
        requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " " + body);
        byte[] bytes = (starts ? RUNNING : shown).getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }
}
