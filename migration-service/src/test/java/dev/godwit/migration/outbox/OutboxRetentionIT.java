package dev.godwit.migration.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.godwit.migration.testing.Engine;
import dev.godwit.migration.testing.TestPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OutboxRetentionIT {

    private static final String SLOT = "outbox_retention";
    private static final Duration WEEK = Duration.ofDays(7);

    private static final String EVENTS = """
            INSERT INTO godwit.outbox (id, topic, key, type, source, payload, time)
            SELECT gen_random_uuid(), 'godwit.runs', '', 't', '/s', '', clock_timestamp() - interval '%s'
              FROM generate_series(1, %d)
            """;

    private Engine engine;
    private OutboxRetention retention;

    @BeforeEach
    void create() {
        engine = Engine.on("retention", "CREATE PUBLICATION all_tables FOR ALL TABLES");
        engine.execute("SELECT pg_create_logical_replication_slot('" + SLOT + "', 'pgoutput')");
        retention = new OutboxRetention(engine.sessions());
    }

    @AfterEach
    void dropSlot() {
        engine.execute("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = '" + SLOT
                + "'");
    }

    @Test
    void shouldDeleteOnlyWhatIsOldAndConfirmed() {
        engine.execute(EVENTS.formatted("8 days", 25));
        engine.execute(EVENTS.formatted("6 days", 3));

        assertThat(prune(WEEK)).isZero();
        assertThat(prune(WEEK)).isZero();
        assertThat(rows()).isEqualTo(28);

        confirm();
        assertThat(prune(WEEK)).isEqualTo(25);
        assertThat(rows()).isEqualTo(3);
    }

    @Test
    void shouldKeepWhatWasStillUncommittedWhenTheConfirmedPositionWasTaken() throws SQLException {
        try (Connection connection = TestPostgres.connect(engine.database());
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute(EVENTS.formatted("0", 1));
            assertThat(prune(Duration.ZERO)).isZero();
            confirm();
            connection.commit();
        }

        assertThat(prune(Duration.ZERO)).isZero();
        assertThat(rows()).isEqualTo(1);
        confirm();
        assertThat(prune(Duration.ZERO)).isEqualTo(1);
    }

    @Test
    void shouldDeleteNothingWithoutTheConnectorsSlot() {
        engine.execute(EVENTS.formatted("30 days", 5));
        assertThat(prune(WEEK)).isZero();
        confirm();
        dropSlot();

        assertThat(prune(WEEK)).isZero();
        assertThat(rows()).isEqualTo(5);
    }

    @Test
    void shouldNotTellTheConnectorThatRowsLeft() {
        engine.execute(EVENTS.formatted("8 days", 5));
        prune(WEEK);
        confirm();

        assertThat(prune(WEEK)).isEqualTo(5);

        assertThat(engine.values("""
                SELECT chr(get_byte(data, 0))
                  FROM pg_logical_slot_get_binary_changes('%s', NULL, NULL, 'proto_version', '1', 'publication_names', 'all_tables', 'origin', 'none')
                """.formatted(SLOT))).contains("I").doesNotContain("D");
    }

    @Test
    void shouldKeepNoMorePositionsThanItNeeds() {
        for (int pass = 0; pass < 5; pass++) {
            prune(WEEK);
            confirm();
        }
        prune(WEEK);

        assertThat(engine.value("SELECT count(*) FROM godwit.outbox_mark")).isEqualTo("2");
    }

    @CanIgnoreReturnValue
    private long prune(Duration kept) {
        return Engine.await(retention.prune(SLOT, kept, 10));
    }

    private void confirm() {
        engine.execute("SELECT pg_replication_slot_advance('" + SLOT + "', pg_current_wal_insert_lsn())");
    }

    private long rows() {
        return Long.parseLong(engine.value("SELECT count(*) FROM godwit.outbox"));
    }
}
