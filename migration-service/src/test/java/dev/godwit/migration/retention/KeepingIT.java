package dev.godwit.migration.retention;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.testing.Engine;
import dev.godwit.migration.testing.EngineRun;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class KeepingIT {
    private static final String DEFINITION = """
            migration: docs
            rekey:
              table: doc
              key: id
              to: wanted
            """;

    private Engine engine;

    @BeforeEach
    void create() {
        engine = Engine.on("keeping", "CREATE TABLE doc (id text PRIMARY KEY, wanted text NOT NULL UNIQUE)");
    }

    private void prune() {
        KeepConfig config = new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(KeepConfig.class)
                .withDefaultValue("godwit.keep.at-once", "2")
                .build()
                .getConfigMapping(KeepConfig.class);
        Engine.await(new Keeping(engine.sessions()).prune(config));
    }

    @Test
    void shouldForgetRequestsThatWereAnsweredLongAgoAndNothingElseThatWasAsked() {
        EngineRun run = engine.commit(DEFINITION);
        engine.execute("""
                INSERT INTO godwit.command (id, type, received_at)
                SELECT 'old-' || n, 'dev.godwit.entities.migrate', clock_timestamp() - interval '31 days' FROM generate_series(1, 5) AS n
                """);
        engine.execute("""
                INSERT INTO godwit.command (id, type, received_at)
                VALUES ('waits', 'dev.godwit.entities.migrate', clock_timestamp() - interval '31 days'),
                       ('young', 'dev.godwit.entities.migrate', clock_timestamp() - interval '29 days'),
                       ('start', 'dev.godwit.run.start', clock_timestamp() - interval '400 days')
                """);
        engine.query(
                "INSERT INTO godwit.pending_key (run_id, relation, key, cause, command_id) VALUES ($1, 'public.doc', 'k', 'requested', 'waits')",
                run.id());

        prune();

        assertThat(
                        engine.values(
                                "SELECT id FROM godwit.command WHERE id IN ('waits', 'young', 'start') OR id LIKE 'old-%' ORDER BY id"))
                .containsExactly("start", "waits", "young");
    }

    @Test
    void shouldForgetHeartbeatsThatArrivedAndKeepTheLost() {
        engine.execute("""
                INSERT INTO godwit.heartbeat (sent_at)
                SELECT clock_timestamp() - interval '8 days' FROM generate_series(1, 6);
                INSERT INTO godwit.heartbeat (sent_at)
                VALUES (clock_timestamp() - interval '6 days'), (clock_timestamp() - interval '6 days');
                INSERT INTO godwit.heartbeat_seen (number)
                SELECT number FROM godwit.heartbeat WHERE number NOT IN (3, 8)
                """);

        prune();

        assertThat(engine.values("SELECT number::text FROM godwit.heartbeat ORDER BY number"))
                .as("one was lost, and the others are young")
                .containsExactly("3", "7", "8");
        assertThat(engine.values("SELECT number::text FROM godwit.heartbeat_seen ORDER BY number"))
                .containsExactly("7");

        engine.execute("INSERT INTO godwit.heartbeat_seen (number) VALUES (2), (3)");
        prune();

        assertThat(engine.values("SELECT number::text FROM godwit.heartbeat ORDER BY number"))
                .containsExactly("7", "8");
        assertThat(engine.values("SELECT number::text FROM godwit.heartbeat_seen ORDER BY number"))
                .as("what came again is no heartbeat's")
                .containsExactly("7");
    }

    @Test
    void shouldForgetHeartbeatsOfOtherDatabasesAndProbesOfInstancesThatAreGone() {
        engine.execute("""
                INSERT INTO godwit.source_heartbeat (database, number, seen, noted_at)
                VALUES ('legacy', 1, true, clock_timestamp() - interval '8 days'),
                       ('legacy', 2, false, clock_timestamp() - interval '8 days'),
                       ('legacy', 3, true, clock_timestamp() - interval '6 days');
                INSERT INTO godwit.probe (instance, number, written_at)
                SELECT 'pod-' || n, 1, clock_timestamp() - n * interval '1 day' + interval '1 minute' FROM generate_series(1, 6) AS n
                """);

        prune();

        assertThat(engine.values("SELECT number::text FROM godwit.source_heartbeat ORDER BY number"))
                .isEqualTo(List.of("2", "3"));
        assertThat(engine.values("SELECT instance FROM godwit.probe")).containsExactly("pod-1");
    }
}
