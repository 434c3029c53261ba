package dev.godwit.cli.stack;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.cli.ExitCode;
import dev.godwit.cli.command.GodwitProcess;
import dev.godwit.cli.command.GodwitProcess.Result;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.postgresql.PGConnection;

/** Everything rehearsed on a restored copy: a production whose plan is told, and a copy of its tables in a database of another server. */
final class CopyRehearsal {

    private static final String MIGRATION = "rehearsed-tickets";
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final List<String> TABLES = List.of("ticket", "reply");

    private static final String SCHEMA = """
            CREATE SCHEMA desk;
            CREATE TABLE desk.ticket (id uuid PRIMARY KEY, number integer NOT NULL UNIQUE);
            CREATE TABLE desk.reply (id integer PRIMARY KEY, ticket_id uuid NOT NULL REFERENCES desk.ticket, said text NOT NULL);
            CREATE INDEX ON desk.reply (ticket_id)
            """;

    /** Ids that nothing but a copy has. */
    private static final String ROWS = """
            INSERT INTO desk.ticket SELECT gen_random_uuid(), n FROM generate_series(1, 60) AS n;
            INSERT INTO desk.reply SELECT number, id, 'reply ' || number FROM desk.ticket
            """;

    private static final String DEFINITION = """
            migration: rehearsed-tickets
            rekey:
              table: desk.ticket
              key: id
              to: md5(number::text)::uuid
            """;

    private static final String CONTENT =
            "SELECT md5(string_agg(r, '' ORDER BY r)) FROM (SELECT t::text AS r FROM desk.ticket AS t UNION ALL SELECT t::text FROM desk.reply AS t) AS rows";

    private final Stack production;
    private final Path directory;

    CopyRehearsal(Stack production, Path directory) {
        this.production = production;
        this.directory = directory;
    }

    /** Fills production, and restores what it has into a database that the copy's is made of. */
    void restore(DatabaseUrl restored) throws SQLException, IOException {
        try (Connection from = productionDatabase().connect();
                Connection to = restored.connect()) {
            execute(from, SCHEMA);
            execute(from, ROWS);
            execute(to, SCHEMA);
            for (String table : TABLES) {
                copy(from, to, "desk." + table);
            }
        }
        Files.writeString(definitionIn(Path.of(production.describe().migration().directory())), DEFINITION);
    }

    /** Starts a stack beside the copy, as its user would. */
    void up(Path state, DatabaseUrl copy, String bootstrapServers) throws Exception {
        Path definitions = Files.createDirectories(directory.resolve("definitions-of-the-copy"));
        Files.writeString(definitionIn(definitions), DEFINITION);
        Result up = GodwitProcess.run(
                directory,
                List.of(
                        "up",
                        "--state",
                        state.toString(),
                        "--database-url",
                        copy.toUrl(),
                        "--kafka",
                        bootstrapServers,
                        "--migrations",
                        definitions.toString()),
                PATIENCE,
                Map.of("GODWIT_REHEARSAL_COPY", "true"));
        assertThat(up.code()).as(up.err()).isEqualTo(ExitCode.DONE);
    }

    /** Compares what happens with what production foresees, first on an exact copy, then on one that lacks a row. */
    void rehearse(Path state, DatabaseUrl copy) throws Exception {
        Path plan = directory.resolve("production.json");
        Result planned = godwit(production.directory(), "plan", MIGRATION);
        assertThat(planned.code()).as(planned.err()).isEqualTo(ExitCode.DONE);
        Files.writeString(plan, planned.out());
        Result refused = godwit(production.directory(), "rehearse", MIGRATION, "--full");
        assertThat(refused.code()).isEqualTo(ExitCode.REFUSED);
        assertThat(refused.json().at("/error/code").asText()).isEqualTo("not_a_copy");

        String before = content(copy);
        Result exact = godwit(state, "rehearse", MIGRATION, "--full", "--plan", plan.toString());
        assertThat(exact.code()).as(exact.out() + exact.err()).isEqualTo(ExitCode.DONE);
        JsonNode told = exact.json();
        assertThat(told.path("differences")).isEmpty();
        assertThat(told.at("/plan/counts/migrated").asInt()).isEqualTo(60);
        assertThat(told.at("/commit/counts/migrated").asInt()).isEqualTo(60);
        assertThat(told.at("/rollback/state").asText()).isEqualTo("rolled-back");
        assertThat(told.at("/rollback/counts/reverted").asInt()).isEqualTo(60);
        assertThat(content(copy)).isEqualTo(before).isEqualTo(content(productionDatabase()));

        try (Connection connection = copy.connect()) {
            execute(connection, "DELETE FROM desk.reply WHERE id = 7; DELETE FROM desk.ticket WHERE number = 7");
        }
        Result other = godwit(state, "rehearse", MIGRATION, "--full", "--plan", plan.toString());
        assertThat(other.code()).as(other.out() + other.err()).isEqualTo(ExitCode.DIFFERENCES);
        assertThat(other.json().path("differences").toString())
                .contains("entities that would be migrated: 60 in production, 59 here");
    }

    /** Takes away what was made in production. */
    void forget() throws SQLException, IOException {
        Files.deleteIfExists(
                definitionIn(Path.of(production.describe().migration().directory())));
        try (Connection connection = productionDatabase().connect()) {
            execute(connection, "DROP SCHEMA IF EXISTS desk CASCADE");
        }
    }

    private DatabaseUrl productionDatabase() {
        return DatabaseUrl.parse(production.describe().database().url());
    }

    private static Path definitionIn(Path definitions) {
        return definitions.resolve(MIGRATION + ".yaml");
    }

    private Result godwit(Path state, String... command) throws Exception {
        List<String> words = new ArrayList<>(List.of(command));
        words.addAll(List.of("--json", "--state", state.toString()));
        return GodwitProcess.run(directory, words, PATIENCE);
    }

    private static String content(DatabaseUrl database) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                var found = statement.executeQuery(CONTENT)) {
            found.next();
            return found.getString(1);
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** As pg_dump and psql do it. */
    private static void copy(Connection from, Connection to, String table) throws SQLException, IOException {
        StringWriter dump = new StringWriter();
        long dumped = from.unwrap(PGConnection.class).getCopyAPI().copyOut("COPY " + table + " TO STDOUT", dump);
        long restored = to.unwrap(PGConnection.class)
                .getCopyAPI()
                .copyIn("COPY " + table + " FROM STDIN", new StringReader(dump.toString()));
        assertThat(restored).isEqualTo(dumped).isPositive();
    }
}
