package dev.godwit.migration.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.godwit.migration.batch.AnotherDatabaseException;
import dev.godwit.migration.testing.LiveService;
import dev.godwit.migration.testing.TestPostgres;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An application that goes on naming parents by their old keys, and is refused nothing; on the whole service. */
@QuarkusTest
@TestProfile(LiveService.class)
class AliasesIT extends LiveRuns {

    private static final int PER_SECOND = 200;
    private static final String TRIGGERS = "SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'zz_godwit_alias%'";
    private static final String STRAY =
            "SELECT count(*) FROM kids AS k WHERE NOT EXISTS (SELECT FROM parents AS p WHERE p.id = k.parent_id)";

    private final AtomicInteger inserted = new AtomicInteger();

    /** Every twentieth parent is there twice. */
    @BeforeEach
    void createFamilies() {
        execute("""
                DROP TABLE IF EXISTS notes, kids, parents;
                CREATE TABLE parents (id uuid PRIMARY KEY, name text NOT NULL, number integer NOT NULL);
                CREATE TABLE kids (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), parent_id uuid NOT NULL REFERENCES parents ON DELETE RESTRICT, number serial);
                CREATE TABLE notes (id serial PRIMARY KEY, kid_id uuid REFERENCES kids);
                CREATE INDEX ON kids (parent_id);
                CREATE INDEX ON notes (kid_id);
                INSERT INTO parents SELECT gen_random_uuid(), 'parent ' || n - (n % 20 = 0)::int, n FROM generate_series(1, 200) AS n;
                INSERT INTO kids (parent_id) SELECT id FROM parents;
                """);
    }

    @Test
    void shouldAcceptChildrenUnderOldKeysOnTheWayThereAndBack() throws Exception {
        String[] old = values("SELECT id FROM parents ORDER BY number").toArray(String[]::new);
        AtomicBoolean ended = new AtomicBoolean();
        CompletableFuture<Void> application = CompletableFuture.runAsync(() -> insertUnderOldKeys(old, ended));
        String kid = value("SELECT id FROM kids WHERE number = 7");
        String run = following("aliased");
        complete(run);
        int before = inserted.get();
        patiently().until(() -> inserted.get() > before + PER_SECOND / 2);
        execute("INSERT INTO notes (kid_id) VALUES ('" + kid + "'), (NULL)");
        assertThat(value(TRIGGERS)).isEqualTo("2");

        command(RunCommand.ROLLBACK, run);
        must(run, RunState.ROLLED_BACK);
        ended.set(true);

        application.get();
        assertThat(value(STRAY)).isEqualTo("0");
        assertThat(value("SELECT count(*) FROM kids")).isEqualTo(Integer.toString(200 + inserted.get()));
        assertThat(value(TRIGGERS)).isEqualTo("0");
        assertThat(
                        value(
                                "SELECT count(*) FROM pg_proc WHERE proname LIKE 'alias%' AND pronamespace = 'godwit'::regnamespace"))
                .isEqualTo("0");
    }

    @Test
    void shouldSayWhatAliasesCostAndTakeThemAwayWithTheRun() {
        String old = value("SELECT id FROM parents WHERE number = 5");
        String plan = plan("aliased");
        must(plan, RunState.PLANNED);
        assertThat(value(TRIGGERS)).as("a plan makes none").isEqualTo("0");
        assertThat(value("SELECT plan ->> 'warnings' FROM godwit.run WHERE id = $1", plan))
                .contains("public.kids.parent_id, public.notes.kid_id")
                .contains("costs a look-up of its parent more");

        String run = following("aliased");
        complete(run);
        insertUnder(old);
        command(RunCommand.FORGET, run);

        assertThat(value(TRIGGERS)).isEqualTo("0");
        assertThatThrownBy(() -> insertUnder(old)).hasMessageContaining("violates foreign key constraint");
    }

    @Test
    void shouldMakeNoneInADatabaseThatIsSuddenlyAnother() throws SQLException {
        String run;
        Run asItWas;
        try (Connection inTheWay = TestPostgres.connect(database);
                Statement statement = inTheWay.createStatement()) {
            inTheWay.setAutoCommit(false);
            statement.execute("LOCK TABLE kids IN ROW EXCLUSIVE MODE");
            run = start("aliased", false);
            patiently().until(() -> String.valueOf(reason(run)).startsWith("waits for a moment"));
            asItWas = run(run);
            execute("UPDATE godwit.run SET cluster = cluster + 1 WHERE id = '" + run + "'");
            must(run, RunState.FAILED);
        }

        assertThat(reason(run)).startsWith("another_database: ");
        assertThatThrownBy(() -> await(steps.step(asItWas))).isInstanceOf(AnotherDatabaseException.class);
        assertThat(value(TRIGGERS)).isEqualTo("0");
        command(RunCommand.RESUME, run);
        must(run, RunState.COMPLETED);
        assertThat(value(TRIGGERS)).isEqualTo("2");
        command(RunCommand.FORGET, run);
    }

    private void insertUnder(String parent) {
        execute("INSERT INTO kids (parent_id) VALUES ('" + parent + "')");
    }

    /** Remembers for ever what it read at its start; a refused insert ends it. */
    private void insertUnderOldKeys(String[] parents, AtomicBoolean ended) {
        long begun = System.nanoTime();
        try (Connection connection = TestPostgres.connect(database);
                PreparedStatement insert = connection.prepareStatement("INSERT INTO kids (parent_id) VALUES (?)")) {
            while (!ended.get()) {
                insert.setObject(1, UUID.fromString(parents[(inserted.get() * 37) % parents.length]));
                insert.executeUpdate();
                LockSupport.parkNanos(
                        begun + inserted.incrementAndGet() * 1_000_000_000L / PER_SECOND - System.nanoTime());
            }
        } catch (SQLException refused) {
            throw new IllegalStateException(refused);
        }
    }
}
