package dev.godwit.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.godwit.cli.ExitCode;
import dev.godwit.cli.command.GodwitProcess.Result;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands as a shell runs them, on definitions and on a service that a test plays. */
class GraphCommandTest {
    private static final String MIGRATIONS = """
            [{"name":"late","description":"l","operation":"rekey","dependsOn":["left","right"],"file":"late.yaml","state":"unapplied"},
             {"name":"right","description":"r","operation":"rekey","dependsOn":["first"],"file":"right.yaml","state":"running"},
             {"name":"left","description":"l","operation":"rekey","dependsOn":["first"],"file":"left.yaml","state":"applied"},
             {"name":"first","description":"f","operation":"rekey","dependsOn":[],"file":"first.yaml","state":"applied"}]
            """;

    @TempDir
    private Path directory;

    @Test
    void shouldShowTheGraphOfAService() throws Exception {
        HttpServer service = service();
        try {
            Result shown = run("graph", "--url", url(service));
            Result json = run("graph", "--url", url(service), "--json");
            Result mermaid = run("graph", "--url", url(service), "--mermaid");

            assertThat(shown.code()).isEqualTo(ExitCode.DONE);
            assertThat(shown.out().lines().map(String::stripTrailing))
                    .containsExactly(
                            "MIGRATION  STATE      SHAPE               AFTER",
                            "first      applied    root, branch point",
                            "left       applied                        first",
                            "right      running                        first",
                            "late       unapplied  merge point, head   left, right",
                            "",
                            "4 migrations: 1 root, 1 branch point, 1 merge point, 1 head");
            assertThat(json.json().path("order").toString()).isEqualTo("[\"first\",\"left\",\"right\",\"late\"]");
            assertThat(json.json().path("heads").toString()).isEqualTo("[\"late\"]");
            assertThat(mermaid.out()).startsWith("flowchart TD\n").contains("n3 --> n2");
        } finally {
            service.stop(0);
        }
    }

    @Test
    void shouldTellWhichFeaturesOfAServiceAreLive() throws Exception {
        Path features = Files.writeString(directory.resolve("f.yaml"), """
                features:
                  - {feature: search, migrations: left}
                  - {feature: export, migrations: late}
                """);
        HttpServer service = service();
        try {
            Result shown = run("features", "--url", url(service), "--features", features.toString());

            assertThat(shown.code()).as(shown.err()).isEqualTo(ExitCode.DONE);
            assertThat(shown.out().lines().map(String::stripTrailing))
                    .containsExactly(
                            "FEATURE  STATE    WAITS FOR TABLES  WAITS FOR MIGRATIONS",
                            "search   live",
                            "export   missing                    right",
                            "                                    late",
                            "",
                            "1 live, 1 missing");
        } finally {
            service.stop(0);
        }
    }

    @Test
    void shouldReadDefinitionsWithoutAService() throws Exception {
        define("b", "depends-on: [a]");
        define("a", "");

        Result order = run("graph", "--migrations", directory.toString(), "--order");

        assertThat(order.code()).as(order.err()).isEqualTo(ExitCode.DONE);
        assertThat(order.out()).isEqualTo("a\nb\n");
    }

    @Test
    void shouldEndWithFiveAndNameACycleOfDefinitions() throws Exception {
        define("a", "depends-on: [c]");
        define("b", "depends-on: [a, nobody]");
        define("c", "depends-on: [b]");

        Result shown = run("graph", "--migrations", directory.toString());
        Result order = run("graph", "--migrations", directory.toString(), "--order");
        Result json = run("graph", "--migrations", directory.toString(), "--json");

        assertThat(shown.code()).isEqualTo(ExitCode.DIFFERENCES);
        assertThat(shown.out()).contains("a → b → c → a", "a.yaml:2", "'nobody', which does not exist", "2 problems");
        assertThat(order.code()).isEqualTo(ExitCode.DIFFERENCES);
        assertThat(order.out()).isEmpty();
        assertThat(json.json().path("order").isNull()).isTrue();
        assertThat(json.json().path("findings")).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "graph --svg --mermaid --migrations .",
                "graph --json --order --migrations .",
                "graph --alembic . --migrations .",
                "graph --alembic nowhere",
                "graph --migrations nowhere",
                "graph --root a --migrations .",
                "graph --alembic . --version-table x",
                "graph --alembic . --database-url nonsense",
                "graph --alembic",
                "graph --migrations . --database-url postgresql://u:p@localhost/d",
                "graph --unknown",
                "features --alembic .",
                "features --migrations .",
                "features --features nowhere.yaml",
            })
    void shouldEndWithTwoOnWrongUsage(String arguments) throws Exception {
        Result refused = run(arguments.split(" "));

        assertThat(refused.code()).as(refused.out() + refused.err()).isEqualTo(ExitCode.USAGE);
        assertThat(refused.err()).startsWith("godwit: ").doesNotContain("\tat ");
    }

    private void define(String name, String line) throws IOException {
        Files.writeString(directory.resolve(name + ".yaml"), "migration: " + name + "\n" + line + "\nrekey: {}\n");
    }

    private Result run(String... arguments) throws IOException, InterruptedException {
        return GodwitProcess.run(directory, List.of(arguments));
    }

    private static String url(HttpServer service) {
        return "http://127.0.0.1:" + service.getAddress().getPort();
    }

    private static HttpServer service() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/api/migrations", exchange -> {
            byte[] body = MIGRATIONS.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        return server;
    }
}
