package dev.godwit.migration.tail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.batch.Outside;
import dev.godwit.migration.outbox.SentAgain;
import dev.godwit.migration.testing.Engine;
import dev.godwit.migration.testing.EngineRun;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** By a role that may do no more than work in schema {@code godwit}. */
class CaptureSourceIT {

    private Engine engine;
    private EngineRun run;
    private String slot;
    private CaptureSource source;
    private HeardDatabases.Heard heard;

    @BeforeEach
    void startARunByAPlainRole() {
        engine = Engine.on(
                "source",
                "CREATE TABLE doc (id text PRIMARY KEY, wanted text)",
                "DO $$ BEGIN CREATE ROLE source_plain LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
                "GRANT USAGE ON SCHEMA godwit TO source_plain; GRANT ALL ON ALL TABLES IN SCHEMA godwit TO source_plain");
        run = engine.commit("migration: docs\nrekey: {table: public.doc, key: id, to: wanted, on-duplicate: fail}\n");
        Engine plain = engine.as("source_plain");
        slot = plain.config().capture().slot();
        source = new CaptureSource(plain.runs(), new Gaps(plain.runs()), new SentAgain(plain.sessions()));
        heard = new HeardDatabases(plain.pool(), Outside.nothing(), plain.config()).of(Optional.empty());
        makeSlot();
        write();
    }

    @AfterEach
    void dropSlot() {
        engine.execute("SELECT pg_drop_replication_slot('" + slot + "')");
    }

    @Test
    void shouldSeeNoGapWhileNothingWasReplaced() {
        assertThat(look()).isFalse();
        write();
        read();
        assertThat(look()).isFalse();

        assertThat(run.row().rescan()).isFalse();
    }

    @Test
    void shouldTellRunsOfASlotThatWasMadeAnewT10() {
        read();
        assertThat(look()).isFalse();

        dropSlot();
        write();
        makeSlot();

        assertThat(look()).isTrue();
        assertThat(run.row().rescan()).isTrue();
        assertThat(look()).isFalse();
    }

    @Test
    void shouldTellRunsOfASlotThatIsGoneT10() {
        assertThat(look()).isFalse();
        dropSlot();

        assertThat(look()).isTrue();

        makeSlot();
        assertThat(run.row().rescan()).isTrue();
    }

    @Test
    void shouldTellRunsOfAnotherTimelineAndGoOnWithItT26() {
        assertThat(look()).isFalse();
        String now = engine.value("SELECT timeline FROM godwit.source");
        engine.execute("UPDATE godwit.source SET timeline = timeline - 1");

        assertThat(look()).isTrue();

        assertThat(run.row().rescan()).isTrue();
        assertThat(engine.value("SELECT timeline FROM godwit.source")).isEqualTo(now);
        assertThat(now).isEqualTo(engine.value("SELECT timeline_id FROM pg_control_checkpoint()"));
        assertThat(look()).isFalse();
    }

    @Test
    void shouldSendAgainWhatALostSlotMayNotHaveCarried() {
        event(1);
        mark();
        engine.execute("SELECT pg_replication_slot_advance('" + slot + "', pg_current_wal_insert_lsn())");
        assertThat(look()).isFalse();
        event(2);
        dropSlot();
        assertThat(look()).isTrue();
        event(3);
        mark();
        makeSlot();

        assertThat(look()).isTrue();
        event(4);
        assertThat(look()).isFalse();
        dropSlot();
        assertThat(look()).isTrue();
        makeSlot();
        assertThat(look()).isTrue();

        assertThat(engine.values(
                        "SELECT substring(data FROM 'subject\\[text\\]:''event (.)''') FROM pg_logical_slot_get_changes('"
                                + slot + "', NULL, NULL) WHERE data LIKE '%outbox: INSERT%'"))
                .containsExactly("2", "3", "4");
        assertThat(engine.value("SELECT count(*) FROM godwit.outbox")).isEqualTo("4");
    }

    private void mark() {
        engine.execute(
                "INSERT INTO godwit.outbox_mark (at, lsn) VALUES (clock_timestamp(), pg_current_wal_insert_lsn())");
    }

    private void event(int number) {
        engine.execute(
                "INSERT INTO godwit.outbox (id, topic, key, type, source, subject, payload) VALUES (gen_random_uuid(), 't', '', 'x', '/x', 'event "
                        + number + "', '')");
    }

    private boolean look() {
        return Engine.await(source.look(heard));
    }

    private void makeSlot() {
        engine.execute("SELECT pg_create_logical_replication_slot('" + slot + "', 'test_decoding')");
    }

    private void write() {
        engine.execute("INSERT INTO doc SELECT n || clock_timestamp()::text, 'x' FROM generate_series(1, 3) AS n");
    }

    private void read() {
        engine.execute("SELECT count(*) FROM pg_logical_slot_get_changes('" + slot + "', NULL, NULL)");
    }
}
