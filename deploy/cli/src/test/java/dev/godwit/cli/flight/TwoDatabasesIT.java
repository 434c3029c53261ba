package dev.godwit.cli.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.godwit.cli.client.Run;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Rows of another database, from a table of the same name, while both databases are written to. */
@ExtendWith(LiveStackExtension.class)
class TwoDatabasesIT {
    private static final String MIGRATION = "crossing-people";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final String THERE = "SELECT concat_ws(' ', id, name, joined) FROM crossing.person ORDER BY id";
    private static final String IMPORTED =
            "SELECT concat_ws(' ', number, name, joined) FROM crossing.person WHERE number IS NOT NULL ORDER BY number";
    private static final String OWN = "SELECT name FROM crossing.person WHERE number IS NULL ORDER BY name";

    private final LiveStack stack;

    TwoDatabasesIT(LiveStack stack) {
        this.stack = stack;
    }

    @BeforeEach
    void load() throws SQLException {
        executeThere("""
                DROP SCHEMA IF EXISTS crossing CASCADE;
                CREATE SCHEMA crossing;
                CREATE TABLE crossing.person (id bigint PRIMARY KEY, name text NOT NULL, joined timestamp);
                INSERT INTO crossing.person SELECT n, 'p' || n, '2020-01-01'::timestamp + n * interval '1 hour' FROM generate_series(1, 4000) AS n
                """);
        stack.execute("""
                DROP SCHEMA IF EXISTS crossing CASCADE;
                CREATE SCHEMA crossing;
                CREATE TABLE crossing.person (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), number bigint UNIQUE, name text NOT NULL, joined timestamp)
                """);
        stack.define(MIGRATION, """
                migration: crossing-people
                import:
                  source: legacy
                  from: crossing.person
                  into: crossing.person
                  set:
                    id: uuid5(namespace('crossing'), id::text)
                    number: id
                    name: name
                    joined: joined
                  on-delete: delete
                """);
    }

    @AfterEach
    void drop() throws SQLException {
        stack.undefine(MIGRATION);
        stack.execute("DROP SCHEMA IF EXISTS crossing CASCADE");
        executeThere("DROP SCHEMA IF EXISTS crossing CASCADE");
    }

    @Test
    void shouldFollowAnotherDatabaseUntilBothSidesAreEqual() throws SQLException {
        AtomicBoolean writing = new AtomicBoolean(true);
        CompletableFuture<Integer> there = CompletableFuture.supplyAsync(() -> writeThere(writing));
        CompletableFuture<Integer> here = CompletableFuture.supplyAsync(() -> writeHere(writing));
        Run run = stack.follow(MIGRATION);
        String seen = stack.querySource("SELECT max(id) FROM crossing.person").get(0);
        await().atMost(PATIENCE)
                .until(() -> !stack.query("SELECT 1 FROM crossing.person WHERE number > " + seen + " + 50")
                        .isEmpty());
        writing.set(false);
        assertThat(there.join()).isPositive();
        int own = here.join();

        await().atMost(PATIENCE).untilAsserted(this::sidesMustBeEqual);
        sourceMustBeMissed(run);
        Run completed = stack.complete(run);

        assertThat(completed.state()).isEqualTo("completed");
        sidesMustBeEqual();
        assertThat(stack.query(OWN)).hasSize(own);
        assertThat(stack.report(completed).path("complete").asBoolean()).isTrue();
        assertThat(stack.outcomes(completed))
                .filteredOn(outcome -> outcome.table().equals("legacy:crossing.person"))
                .hasSizeGreaterThan(1000);
        assertThat(stack.querySource("SELECT tablename FROM pg_publication_tables WHERE schemaname = 'crossing'"))
                .as("nobody listens any more")
                .isEmpty();
        Run back = stack.rollBack(completed);
        assertThat(back.state()).isEqualTo("rolled-back");
        assertThat(stack.query(IMPORTED)).isEmpty();
        assertThat(stack.query(OWN)).hasSize(own);
    }

    /** What nobody reads of another database is asked there. */
    @Test
    void shouldNameTablesOfTheOtherDatabaseThatNobodyReads() throws SQLException {
        executeThere("CREATE TABLE crossing.left_there (id int)");
        stack.execute("CREATE TABLE crossing.left_here (id int)");

        assertThat(stack.plan(MIGRATION).plan().path("warnings").toString())
                .contains("no definition reads crossing.left_there")
                .doesNotContain("left_here");
    }

    /** It lets nobody in any more; the run says so, and goes on by itself when it does. */
    private void sourceMustBeMissed(Run run) throws SQLException {
        stack.execute("ALTER DATABASE legacy ALLOW_CONNECTIONS false");
        stack.queryState(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = 'legacy' AND usename = current_user");
        Run waiting = stack.watch().until(run.id(), now -> !now.reason().isEmpty());
        stack.execute("ALTER DATABASE legacy ALLOW_CONNECTIONS true");
        assertThat(waiting.reason()).contains("the source database 'legacy' cannot be used");
        assertThat(waiting.isSettled()).isFalse();
        executeThere("INSERT INTO crossing.person VALUES (1000000000, 'back', NULL)");
        await().atMost(PATIENCE).untilAsserted(this::sidesMustBeEqual);
        stack.watch().until(run.id(), now -> now.reason().isEmpty());
    }

    private void sidesMustBeEqual() throws SQLException {
        assertThat(stack.query(IMPORTED)).isEqualTo(stack.querySource(THERE));
    }

    /** Rows come, change and go. Answers how often. */
    private int writeThere(AtomicBoolean writing) {
        int round = 0;
        try (Connection connection = stack.connectToSource();
                Statement statement = connection.createStatement()) {
            while (writing.get()) {
                round++;
                for (String sql : List.of(
                        "INSERT INTO crossing.person VALUES (" + (4000 + round) + ", 'new', NULL)",
                        "UPDATE crossing.person SET name = 'changed " + round + "' WHERE id = "
                                + (round * 7 % 4000 + 1),
                        "DELETE FROM crossing.person WHERE id = " + (round * 31 % 4000 + 1))) {
                    statement.execute(sql);
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return round;
    }

    /** The application has rows of its own in the table that gets the others. Answers how many. */
    private int writeHere(AtomicBoolean writing) {
        int rows = 0;
        try (Connection connection = stack.connect();
                Statement statement = connection.createStatement()) {
            while (writing.get()) {
                rows++;
                statement.execute("INSERT INTO crossing.person (name) VALUES ('own " + rows + "')");
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return rows;
    }

    private void executeThere(String sql) throws SQLException {
        try (Connection connection = stack.connectToSource();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
