package dev.godwit.migration.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.godwit.migration.tail.KafkaOffsets;
import dev.godwit.migration.testing.LiveService;
import dev.godwit.migration.testing.TestKafka;
import dev.godwit.migration.testing.TestPostgres;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Ways in which a tail loses changes or says falsely that it has seen them all, each with the number that the design knows it by; on the whole service. */
@QuarkusTest
@TestProfile(LiveService.class)
class TailTrapsIT extends LiveRuns {

    @Inject
    KafkaOffsets kafka;

    @Test
    void shouldApplyTogetherWhatSeveralPartitionsBring() throws SQLException {
        String first = following("first");
        long batches = tailBatches(first);
        Map<Integer, Long> ends = changes();
        try (Connection inTheWay = TestPostgres.connect(database);
                Statement statement = inTheWay.createStatement()) {
            inTheWay.setAutoCommit(false);
            statement.execute("SELECT FROM godwit.tail FOR UPDATE");
            insert("first", 21, 60);
            patiently().until(() -> sum(changes()) >= sum(ends) + 40);
            inTheWay.commit();
        }
        patiently().untilAsserted(() -> assertThat(pending("first")).isZero());

        assertThat(changes().entrySet().stream()
                        .filter(end -> end.getValue() > ends.get(end.getKey()))
                        .count())
                .as("partitions with changes")
                .isEqualTo(6);
        // The poll that met the lock, one that was fetched meanwhile, and the rest.
        assertThat(tailBatches(first) - batches).isBetween(1L, 4L);
        complete(first);
    }

    private Map<Integer, Long> changes() {
        return await(kafka.topic("godwit.changes")).ends();
    }

    private static long sum(Map<Integer, Long> offsets) {
        return offsets.values().stream().mapToLong(Long::longValue).sum();
    }

    private long tailBatches(String run) {
        return Long.parseLong(value("SELECT count(*) FROM godwit.batch WHERE run_id = $1 AND lane = 'tail'", run));
    }

    @Test
    void shouldKeepChangesOfAPausedRunAndLetOthersPassT09() {
        String first = following("first");
        String second = following("second");
        command(RunCommand.PAUSE, first);

        insert("first", 21, 24);
        insert("second", 21, 24);
        complete(second);

        assertThat(pending("second")).isZero();
        patiently().untilAsserted(() -> assertThat(
                        values("SELECT key FROM godwit.pending_key WHERE run_id = $1 ORDER BY key", first))
                .containsExactly("old 21", "old 22", "old 23", "old 24"));
        command(RunCommand.RESUME, first);
        patiently().untilAsserted(() -> assertThat(pending("first")).isZero());
        complete(first);
        assertThat(value("SELECT rounds FROM godwit.run WHERE id = $1", first)).isEqualTo("0");
    }

    @Test
    void shouldKeepChangesWhileASignalIsBeyondItsHardLimit() {
        String first = following("first");
        int last = insertUntilOneWaits(first);
        insert("first", last + 1, last + 1);

        patiently().untilAsserted(() -> assertThat(waiting(first)).contains("old " + last, "old " + (last + 1)));
        assertThat(run(first).state()).isEqualTo(RunState.FOLLOWING);
        assertThat(await(runs.snapshot(first)).getJsonObject("throttle").getString("reason"))
                .isEqualTo("slot_room");

        decideAnew(first);
        patiently().untilAsserted(() -> assertThat(pending("first")).isZero());
        complete(first);
        assertThat(value("SELECT rounds FROM godwit.run WHERE id = $1", first)).isEqualTo("0");
    }

    @Test
    void shouldScanWhatItCouldNotKeepOnlyWhenTheHardLimitIsOver() {
        String first = following("first");
        int last = insertUntilOneWaits(first);
        insert("first", last + 1, last + 4 * LiveService.PARKED_KEYS_MAX);

        patiently().until(() -> value("SELECT rescan FROM godwit.run WHERE id = $1", first), "true"::equals);
        patiently().untilAsserted(() -> assertThat(waiting(first)).isEmpty());
        complete(following("second"));
        assertThat(run(first).state()).isEqualTo(RunState.FOLLOWING);
        assertThat(run(first).rescan()).isTrue();

        decideAnew(first);
        mustScanOnceMore(first);
    }

    /** Puts a signal beyond its limit for as long as nobody decides anew, and writes until the tail has heard of it; answers the last row's number. */
    private int insertUntilOneWaits(String run) {
        patiently().until(() -> value("SELECT count(*) FROM godwit.pace WHERE run_id = $1", run), "1"::equals);
        execute("""
                UPDATE godwit.pace
                   SET stopped = 'slot_room', reason = 'slot_room', decided_at = clock_timestamp() + interval '1 hour'
                 WHERE run_id = '%s'
                """.formatted(run));
        AtomicInteger last = new AtomicInteger(20);
        patiently().until(() -> {
            insert("first", last.incrementAndGet(), last.get());
            patiently().until(() -> pending("first") == 0 || !waiting(run).isEmpty());
            return !waiting(run).isEmpty();
        });
        return last.get();
    }

    private void decideAnew(String run) {
        execute("UPDATE godwit.pace SET decided_at = clock_timestamp() - interval '1 hour' WHERE run_id = '%s'"
                .formatted(run));
    }

    private List<String> waiting(String run) {
        return values("SELECT key FROM godwit.pending_key WHERE run_id = $1 AND command_id IS NULL", run);
    }

    @Test
    void shouldScanOnceMoreInsteadOfKeepingChangesWithoutLimitT09() {
        String first = following("first");
        command(RunCommand.PAUSE, first);

        insert("first", 21, 21 + 4 * LiveService.PARKED_KEYS_MAX);

        patiently().until(() -> value("SELECT rescan FROM godwit.run WHERE id = $1", first), "true"::equals);
        patiently().untilAsserted(() -> assertThat(
                        value("SELECT count(*) FROM godwit.pending_key WHERE run_id = $1", first))
                .isEqualTo("0"));
        command(RunCommand.RESUME, first);
        mustScanOnceMore(first);
    }

    @Test
    void shouldNotBeCaughtUpWithATopicThatWasMadeAnewT10() {
        String first = following("first");
        connector.stop();
        insert("first", 21, 22);
        connector.lose();
        TestKafka.recreate("godwit.changes");
        connector.goOn();

        mustScanOnceMore(first);
    }

    @Test
    void shouldSendEventsAgainWhenTheirTopicWasMadeAnew() {
        String first = following("first");
        String kept = "SELECT ctid::text FROM godwit.outbox WHERE subject = $1 ORDER BY time LIMIT 1";
        String before = value(kept, first);
        patiently()
                .until(
                        () -> value("SELECT count(*) FROM godwit.event_topic WHERE name = 'godwit.outcomes'"),
                        "1"::equals);

        TestKafka.recreate("godwit.outcomes");

        patiently().until(() -> !before.equals(value(kept, first)));
        complete(first);
    }

    @Test
    void shouldQueueChunksAgainWhenTheQueueWasMadeAnew() throws SQLException {
        String first = following("first");
        patiently()
                .until(
                        () -> value("SELECT count(*) FROM godwit.event_topic WHERE name = 'godwit.chunks'"),
                        "1"::equals);
        try (Connection driver = TestPostgres.connect(database)) {
            driveOnly(driver, first);
            execute("UPDATE godwit.chunk SET state = 'open', touched_at = clock_timestamp() WHERE run_id = '" + first
                    + "'");

            TestKafka.recreate("godwit.chunks");

            patiently()
                    .until(
                            () -> value(
                                    "SELECT bool_and(touched_at = '-infinity') FROM godwit.chunk WHERE run_id = $1",
                                    first),
                            "true"::equals);
            execute("UPDATE godwit.chunk SET state = 'done' WHERE run_id = '" + first + "'");
        }
        complete(first);
    }

    @Test
    void shouldNotBeCaughtUpWhenOffsetsWereResetT10() {
        String first = following("first");
        connector.stop();
        insert("first", 21, 22);
        connector.lose();
        execute("UPDATE godwit.tail SET next_offset = next_offset + 1000");
        connector.goOn();

        mustScanOnceMore(first);
    }

    @Test
    void shouldNotBeCaughtUpWithASlotThatWasMadeAnewT10() {
        String first = following("first");
        theSlotHasBeenSeenAtWork();
        connector.stop();
        connector.dropSlot();
        insert("first", 21, 22);
        connector.createSlot();
        theSlotHasBeenSeenAnew();
        connector.goOn();

        mustScanOnceMore(first);
    }

    @Test
    void shouldSayThatTheSlotIsLostAndGoOnWithAnotherT10() {
        String first = following("first");
        theSlotHasBeenSeenAtWork();
        connector.stop();
        insert("first", 21, 22);
        execute("ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'");
        try {
            execute("SELECT pg_reload_conf()");
            patiently().until(this::isSlotLost);

            patiently().untilAsserted(() -> assertThat(reason(first))
                    .startsWith("waits: changes are not heard: replication slot '" + LiveService.SLOT
                            + "' of the application's database is lost (wal_removed)")
                    .contains("drop the slot, restart the connector"));
        } finally {
            execute("ALTER SYSTEM RESET max_slot_wal_keep_size");
            execute("SELECT pg_reload_conf()");
        }
        connector.dropSlot();
        connector.createSlot();
        connector.goOn();

        patiently().untilAsserted(() -> assertThat(reason(first)).doesNotContain("is lost"));
        complete(first);
        assertThat(pending("first")).isZero();
    }

    /** With one segment of WAL more that the slot needs, and that PostgreSQL may not keep. */
    private boolean isSlotLost() {
        execute("SELECT pg_logical_emit_message(false, 'test', 'more'); SELECT pg_switch_wal()");
        execute("CHECKPOINT");
        return value("SELECT wal_status FROM pg_replication_slots WHERE slot_name = $1", LiveService.SLOT)
                .equals("lost");
    }

    @Test
    void shouldNotBeCaughtUpWithoutAHeartbeatT10() {
        String first = following("first");
        connector.stop();
        insert("first", 21, 22);
        execute("INSERT INTO godwit.heartbeat DEFAULT VALUES");
        connector.lose();
        connector.goOn();

        mustScanOnceMore(first);
    }

    @Test
    void shouldCompleteAsOfAMomentAfterTheScanT22() throws SQLException {
        String id = following("first");
        try (Connection driver = TestPostgres.connect(database)) {
            driveOnly(driver, id);
            command(RunCommand.COMPLETE, id);
            drive(
                    id,
                    () -> run(id).state() == RunState.VERIFYING
                            && run(id).phase().equals("prove"));
            connector.stop();
            insert("first", 21, 22);
            String scanned = value("SELECT pg_current_wal_insert_lsn()::text");
            for (int i = 0; i < 5; i++) {
                step(id);
                assertThat(run(id).state()).isEqualTo(RunState.VERIFYING);
            }

            connector.goOn();
            drive(id, () -> run(id).state() == RunState.COMPLETED);

            assertThat(pending("first")).isZero();
            assertThat(value("SELECT (as_of >= $2::text::pg_lsn)::text FROM godwit.run WHERE id = $1", id, scanned))
                    .isEqualTo("true");
            assertThat(await(services.run(id)).getString("asOf"))
                    .isEqualTo(value("SELECT as_of::text FROM godwit.run WHERE id = $1", id));
        }
    }

    @Test
    void shouldNotWaitForATransactionOfAnotherTimelineT26() {
        String first = following("first");
        long never = Long.parseLong(value("SELECT pg_current_xact_id()::text")) + 1_000_000;

        connector.send("public.first", new JsonObject().put("id", "old 1"), false, never);

        mustScanOnceMore(first);
    }

    @Test
    void shouldScanOnceMoreOnAnotherTimelineT26() {
        String first = following("first");

        execute("UPDATE godwit.source SET timeline = timeline + 1 WHERE database = ''");

        mustScanOnceMore(first);
        assertThat(value("SELECT timeline FROM godwit.source WHERE database = ''"))
                .isEqualTo(value("SELECT timeline_id FROM pg_control_checkpoint()"));
    }

    @Test
    void shouldWriteNothingToADatabaseThatIsSuddenlyAnother() {
        String first = following("first");
        assertThat(value(
                        "SELECT (cluster = (SELECT system_identifier FROM pg_control_system()))::text FROM godwit.run WHERE id = $1",
                        first))
                .isEqualTo("true");
        assertThat(await(services.run(first)).getString("restorePoint")).isEqualTo("godwit-" + first);
        assertThat(await(services.run(first)).getString("startedLsn")).matches("[0-9A-F]+/[0-9A-F]+");

        execute("UPDATE godwit.run SET cluster = cluster + 1 WHERE id = '" + first
                + "'; INSERT INTO first VALUES ('old 21', 'new 21')");

        must(first, RunState.FAILED);
        assertThat(reason(first)).startsWith("another_database: ");
        assertThat(pending("first")).isOne();
        command(RunCommand.RESUME, first);
        mustScanOnceMore(first);
        assertThat(pending("first")).isZero();
    }

    @Test
    void shouldEndNoRunInADatabaseThatIsSuddenlyAnother() {
        String first = following("first");
        String published = published("first");

        execute("UPDATE godwit.run SET cluster = cluster + 1, state = 'cancelling' WHERE id = '" + first + "'");

        must(first, RunState.FAILED);
        assertThat(reason(first)).startsWith("another_database: ");
        assertThat(published("first")).isEqualTo(published);
        command(RunCommand.RESUME, first);
        must(first, RunState.CANCELLED);
        assertThat(published("first")).isEqualTo("null").isNotEqualTo(published);
    }

    @Test
    void shouldRefuseARunThatMustBeRecoverableWhereNoWalIsArchived() {
        StartCommand command = new StartCommand(
                "archiving",
                "first",
                true,
                Optional.empty(),
                List.of(),
                Optional.empty(),
                false,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                true,
                "test",
                Optional.empty(),
                Optional.empty());

        assertThatThrownBy(() -> await(services.start(command)))
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo("not_archiving"))
                .hasMessageContaining("archive_mode is off");
    }

    @Test
    void shouldRefuseARunThatSharesATableWithAnotherT06() {
        String first = following("first");

        for (String other : List.of("first", "overlapping")) {
            assertThatThrownBy(() -> start(other, false))
                    .isInstanceOfSatisfying(
                            Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo("overlapping_run"))
                    .hasMessageContaining(first);
        }
        assertThat(value("SELECT count(*) FROM godwit.run WHERE state = 'following'"))
                .isEqualTo("1");
        complete(first);
        complete(start("overlapping", true));
    }

    @Test
    void shouldRefuseARunWhoseTableAnotherReachesByCascadeT06() {
        execute("CREATE TABLE link (first_id text PRIMARY KEY REFERENCES first)");
        execute("ALTER TABLE second ADD link_id text REFERENCES link ON UPDATE CASCADE");
        String first = following("first");

        assertThatThrownBy(() -> start("second", false)).hasMessageContaining(first);
    }

    @Test
    void shouldNotRollBackUnderARunThatSharesATableT06() {
        String first = following("first");
        complete(first);
        String second = following("overlapping");

        assertThatThrownBy(() -> command(RunCommand.ROLLBACK, first))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining(second);
        assertThat(run(first).state()).isEqualTo(RunState.COMPLETED);
    }

    @Test
    void shouldTranslateReferencesThatComeLateT03() throws SQLException {
        String first = following("first");
        try (Connection application = TestPostgres.connect(database);
                Statement statement = application.createStatement()) {
            application.setAutoCommit(false);
            statement.execute("INSERT INTO first_log VALUES (1, 'old 21')");
            insert("first", 21, 21);
            patiently().untilAsserted(() -> assertThat(pending("first")).isZero());
            application.commit();
        }
        execute("INSERT INTO first_log VALUES (2, 'old 21'), (3, 'old 22')");

        patiently().untilAsserted(() -> assertThat(values("SELECT first_id FROM first_log ORDER BY id"))
                .containsExactly("new 21", "new 21", "old 22"));
        assertThat(values(
                        "SELECT o ->> 'reason' FROM godwit.outbox, jsonb_array_elements(convert_from(payload, 'UTF8')::jsonb -> 'outcomes') AS o"
                                + " WHERE subject = $1 AND o ->> 'table' = 'public.first_log'",
                        first))
                .containsExactly("late_reference", "late_reference");
        complete(first);
    }

    /** A slot that has decoded nothing yet looks like the one that replaces it. */
    private void theSlotHasBeenSeenAtWork() {
        patiently()
                .until(() -> value("SELECT transactions > 0 FROM godwit.source WHERE database = ''"), "true"::equals);
    }

    /** One that decodes as much before anybody looks does so too: here the old one has done next to nothing. */
    private void theSlotHasBeenSeenAnew() {
        patiently()
                .until(() -> value("SELECT transactions = 0 FROM godwit.source WHERE database = ''"), "true"::equals);
    }

    /** What was lost is found by a scan, not by luck: verification has nothing to repair. */
    private void mustScanOnceMore(String run) {
        complete(run);
        assertThat(pending("first")).isZero();
        assertThat(value("SELECT rescan FROM godwit.run WHERE id = $1", run)).isEqualTo("false");
        assertThat(value("SELECT rounds FROM godwit.run WHERE id = $1", run)).isEqualTo("0");
        assertThat(values(
                        "SELECT convert_from(payload, 'UTF8')::jsonb ->> 'reason' FROM godwit.outbox WHERE subject = $1"
                                + " AND type = 'dev.godwit.run.state-changed' AND convert_from(payload, 'UTF8')::jsonb ->> 'previousState' = 'following'",
                        run))
                .contains("changes were lost: the tables are scanned once more");
    }
}
