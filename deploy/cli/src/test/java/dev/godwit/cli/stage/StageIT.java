package dev.godwit.cli.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.cli.ExitCode;
import dev.godwit.cli.Failure;
import dev.godwit.cli.command.GodwitProcess;
import dev.godwit.cli.command.GodwitProcess.Result;
import dev.godwit.cli.stack.DatabaseUrl;
import dev.godwit.cli.stack.Home;
import dev.godwit.cli.stack.LonePostgres;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Dumps, small ones and real ones, on a real PostgreSQL. */
class StageIT {
    private static final Path DATA = Home.find().root().resolveSibling("shared").resolve("data");

    @TempDir
    private static Path server;

    private static LonePostgres postgres;

    @TempDir
    private Path directory;

    @BeforeAll
    static void startPostgres() {
        postgres = new LonePostgres(server);
    }

    @AfterAll
    static void stopPostgres() {
        postgres.close();
    }

    /** An application lives in public, with tables of the same names as the dump's. */
    @BeforeEach
    void makeTheApplication() throws SQLException {
        execute("DROP SCHEMA IF EXISTS legacy CASCADE; DROP SCHEMA IF EXISTS legacy_more CASCADE;"
                + " DROP SCHEMA public CASCADE; CREATE SCHEMA public;"
                + " CREATE TABLE public.users (id int PRIMARY KEY, email text); INSERT INTO public.users VALUES (1, 'mine');"
                + " CREATE TABLE public.change_log (said text)");
    }

    @Test
    void shouldLoadACopyDumpIntoASchemaOfItsOwn() throws Exception {
        Map<String, String> before = checksums("public");

        Result result = stage(resource("people-copy.sql"), "--into", "legacy", "--json");

        assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.DONE);
        assertThat(checksums("public")).as("the application's own tables").isEqualTo(before);
        assertThat(query("SELECT count(*) || ' ' || max(id) FROM legacy.users")).containsExactly("4 4");
        assertThat(query("SELECT note FROM legacy.users ORDER BY id"))
                .containsExactly("says: SELECT * FROM public.users; -- 'quoted'", "two\nlines and a\ttab", "\\.", "");
        assertThat(query("SELECT picture FROM legacy.users WHERE id = 1")).containsExactly("\\x00ff");
        assertThat(query("INSERT INTO legacy.users (email) VALUES ('next') RETURNING id"))
                .containsExactly("5");
        assertThat(query("SELECT email FROM legacy.teachers")).containsExactly("Ada@example.org");
        assertThat(query("SELECT legacy.score(11)")).containsExactly("10");
        assertThat(query("SELECT count(*) FROM legacy.change_log"))
                .as("triggers stay out")
                .containsExactly("0");
        JsonNode report = result.json();
        assertThat(report.path("rows").asLong()).isEqualTo(4);
        assertThat(report.path("schemas").path("public").asText()).isEqualTo("legacy");
        assertThat(report.path("leftOut").findValuesAsText("kind"))
                .containsExactlyInAnyOrder("policy", "privilege", "row level security", "trigger", "view");
        assertThat(report.path("warnings").toString()).contains("view away", "extension citext");
    }

    @Test
    void shouldFindTheTypesOfAnExtensionThatTheDatabaseHas() throws Exception {
        execute("CREATE EXTENSION citext WITH SCHEMA public");

        load(resource("people-copy.sql"), Map.of("public", "legacy"), false);

        assertThat(query("SELECT email FROM legacy.users WHERE email = 'ADA@EXAMPLE.ORG'::public.citext"))
                .hasSize(1);
    }

    @Test
    void shouldWriteNothingInADryRunAndTellTheSame() throws Exception {
        Result planned = stage(resource("people-copy.sql"), "--into", "legacy", "--dry-run", "--json");

        assertThat(query("SELECT nspname FROM pg_namespace WHERE nspname = 'legacy'"))
                .isEmpty();
        StageTally done = load(resource("people-copy.sql"), Map.of("public", "legacy"), false);
        assertThat(planned.json().path("rows").asLong()).isEqualTo(done.rows()).isPositive();
        assertThat(planned.json().path("tables"))
                .hasSameSizeAs(done.rowsByTable().keySet());
        assertThat(planned.json().path("dryRun").asBoolean()).isTrue();
    }

    @Test
    void shouldNotTouchASchemaThatExistsUnlessTold() throws Exception {
        execute("CREATE SCHEMA legacy; CREATE TABLE legacy.precious (id int)");

        Result refused = stage(resource("people-copy.sql"), "--into", "legacy", "--json");
        assertThat(refused.code()).isEqualTo(ExitCode.REFUSED);
        assertThat(refused.json().path("error").path("code").asText()).isEqualTo("schema_exists");
        assertThat(query("SELECT count(*) FROM legacy.precious")).containsExactly("0");

        assertThat(stage(resource("people-copy.sql"), "--into", "legacy", "--replace")
                        .code())
                .isEqualTo(ExitCode.DONE);
        assertThat(query("SELECT to_regclass('legacy.precious')")).containsExactly((String) null);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            CREATE VIEW public.uses AS SELECT * FROM legacy.old                                            | schema_used
            CREATE TABLE public.uses (id int REFERENCES legacy.old)                                        | schema_used
            CREATE PUBLICATION following FOR TABLE legacy.old                                              | schema_followed
            """)
    void shouldNotReplaceASchemaThatOthersUse(String use, String code) throws Exception {
        execute("CREATE SCHEMA legacy; CREATE TABLE legacy.old (id int PRIMARY KEY)");
        execute(use);

        assertThatThrownBy(() -> load(resource("people-copy.sql"), Map.of("public", "legacy"), true))
                .isInstanceOfSatisfying(Failure.class, failure -> {
                    assertThat(failure.code()).isEqualTo(code);
                    assertThat(failure.exitCode()).isEqualTo(ExitCode.REFUSED);
                });
        assertThat(query("SELECT to_regclass('legacy.old')")).containsExactly("legacy.old");
        execute("DROP PUBLICATION IF EXISTS following");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            INSERT INTO public.t VALUES (1), (1);                                           | 1
            INSERT INTO application.t VALUES (1);                                           | 4
            DELETE FROM public.t;                                                           | 4
            \\connect other                                                                 | 4
            \\! touch here                                                                  | 4
            SET client_encoding = 'LATIN1';                                                 | 2
            INSERT INTO public.t                                                            | 2
            CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'INSERT INTO public.change_log VALUES (''x'') RETURNING 1'; ALTER TABLE public.t ADD COLUMN b int DEFAULT public.f(); INSERT INTO public.t VALUES (2); | 4
            """)
    void shouldLeaveNothingOfADumpThatCannotBeLoaded(String broken, int code) throws Exception {
        execute("CREATE SCHEMA application; CREATE TABLE application.t (a int)");
        Path dump = Files.writeString(
                directory.resolve("broken.sql"), "CREATE TABLE public.t (a int PRIMARY KEY);\n" + broken + "\n");
        Map<String, String> before = checksums("public");

        assertThatThrownBy(() -> load(dump, Map.of("public", "legacy"), false))
                .isInstanceOfSatisfying(
                        Failure.class, failure -> assertThat(failure.exitCode()).isEqualTo(code));
        assertThat(query("SELECT nspname FROM pg_namespace WHERE nspname = 'legacy'"))
                .isEmpty();
        assertThat(checksums("public")).isEqualTo(before);
        assertThat(query("SELECT count(*) FROM application.t")).containsExactly("0");
        execute("DROP SCHEMA application CASCADE");
    }

    @Test
    void shouldReadOldDumpsThatLookForNamesInASearchPath() throws Exception {
        Path dump = Files.writeString(directory.resolve("old.sql"), """
                SET search_path = public, pg_catalog;
                CREATE TABLE users (id serial PRIMARY KEY, name text);
                INSERT INTO users (name) VALUES ('Ada');
                INSERT INTO users (name) VALUES ('Grace');
                """);

        StageTally tally = load(dump, Map.of("public", "legacy"), false);

        assertThat(query("SELECT name FROM legacy.users ORDER BY id")).containsExactly("Ada", "Grace");
        assertThat(query("SELECT count(*) FROM public.users")).containsExactly("1");
        assertThat(tally.rowsByTable()).containsExactly(Map.entry("legacy.users", 2L));
    }

    /** Every row of every table, compared with the same dump in a database of its own, where the driver alone has read it. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            pagila        | legacy
            dbz_types     | Quoted_" . Schema
            """)
    void shouldLoadRealDumpsRowByRow(String name, String second) throws Exception {
        Path dump = DATA.resolve(name + ".sql.gz");
        assumeTrue(Files.exists(dump), () -> "skipped: no dump " + dump);
        Map<String, String> targets = new TreeMap<>(Map.of("public", "legacy"));
        targets.put(second, "legacy_more");
        Map<String, String> before = checksums("public");

        StageTally tally = load(dump, targets, false);

        assertThat(tally.rows()).isPositive();
        assertThat(checksums("public")).isEqualTo(before);
        DatabaseUrl reference = loadedByTheDriver(dump);
        for (Map.Entry<String, String> target : targets.entrySet()) {
            assertThat(checksums(postgres.url(), target.getValue())).isEqualTo(checksums(reference, target.getKey()));
        }
    }

    private static DatabaseUrl loadedByTheDriver(Path dump) throws IOException, SQLException {
        execute("DROP DATABASE IF EXISTS reference");
        execute("CREATE DATABASE reference");
        DatabaseUrl reference = postgres.url().in("reference");
        try (Connection connection = reference.connect();
                Statement statement = connection.createStatement();
                InputStream in = SourceFile.of(dump).open(read -> {})) {
            String sql = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            statement.setEscapeProcessing(false);
            statement.execute(sql.replaceAll("(?m)^\\\\(un)?restrict .*$", ""));
        }
        return reference;
    }

    private static StageTally load(Path dump, Map<String, String> targets, boolean replace)
            throws IOException, SQLException {
        try (Connection connection = postgres.url().connect();
                InputStream in = SourceFile.of(dump).open(read -> {})) {
            return new DumpStaging(connection, targets, "legacy").load(in, replace);
        }
    }

    private Result stage(Path file, String... options) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of(
                "stage", file.toString(), "--database-url", postgres.url().toUrl()));
        arguments.addAll(List.of(options));
        return GodwitProcess.run(directory, arguments, Duration.ofMinutes(1));
    }

    private static Path resource(String name) throws Exception {
        return Path.of(StageIT.class.getResource("/stage/" + name).toURI());
    }

    private static void execute(String sql) throws SQLException {
        try (Connection connection = postgres.url().connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static List<String> query(String sql) throws SQLException {
        return query(postgres.url(), sql);
    }

    private static List<String> query(DatabaseUrl url, String sql) throws SQLException {
        try (Connection connection = url.connect();
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(sql)) {
            List<String> values = new ArrayList<>();
            while (found.next()) {
                values.add(found.getString(1));
            }
            return values;
        }
    }

    private static Map<String, String> checksums(String schema) throws SQLException {
        return checksums(postgres.url(), schema);
    }

    private static Map<String, String> checksums(DatabaseUrl url, String schema) throws SQLException {
        Map<String, String> checksums = new TreeMap<>();
        for (String table : query(
                url,
                "SELECT quote_ident(c.relname) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace"
                        + " WHERE c.relkind IN ('r', 'p') AND n.nspname = '" + schema + "'")) {
            checksums.put(
                    table,
                    query(
                                    url,
                                    "SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM "
                                            + SchemaNames.quoted(schema) + "." + table + " AS t")
                            .get(0));
        }
        return checksums;
    }
}
