package dev.godwit.migration.sql;

import static dev.godwit.migration.testing.Engine.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.godwit.migration.testing.Engine;
import dev.godwit.migration.testing.TestPostgres;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The protocol of sessions and transactions on a real server. Engines have one worker session here, so that every transaction finds what the one before left. */
class WorkerSessionsIT {

    private static final String TABLE = "CREATE TABLE t (id int PRIMARY KEY)";

    @ParameterizedTest
    @CsvSource({
        "lock_timeout, 200ms",
        "statement_timeout, 15s",
        "transaction_timeout, 20s",
        "idle_in_transaction_session_timeout, 2s",
        "tcp_user_timeout, 2000",
        "tcp_keepalives_idle, 2",
        "tcp_keepalives_interval, 1",
        "tcp_keepalives_count, 3",
        "default_transaction_isolation, read committed"
    })
    void shouldLimitWhatAStoppedWorkerCanHoldT14(String setting, String value) {
        Engine engine = Engine.on("settings", 1, TABLE);

        assertThat(inSession(engine, "SELECT current_setting('" + setting + "')"))
                .isEqualTo(value);
    }

    @Test
    void shouldGiveASessionBackWithoutReplicationOrigin() {
        Engine engine = Engine.on("origin", 1, TABLE);

        assertThatThrownBy(() -> await(
                        engine.sessions().inTransaction(connection -> run(connection, "SELECT godwit.hide_writes()")
                                .chain(() -> run(connection, "INSERT INTO t VALUES (1)"))
                                .chain(() -> run(connection, "SELECT 1 / 0")))))
                .hasMessageContaining("division by zero");

        assertThat(inSession(engine, "SELECT pg_replication_origin_session_is_setup()::text || count(*) FROM t"))
                .isEqualTo("false0");
        assertThat(sessions(engine)).isEqualTo("1");
    }

    @Test
    void shouldLetARoleRollBackThatMayNotAskForOrigins() {
        Engine engine = Engine.on(
                "plainrole",
                1,
                TABLE,
                "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'plain_worker') THEN CREATE ROLE plain_worker LOGIN; END IF; END $$",
                "GRANT USAGE ON SCHEMA godwit TO plain_worker");
        Engine plain = engine.as("plain_worker");

        assertThat(inSession(plain, "SELECT godwit.hide_writes()::text || pg_backend_pid()"))
                .startsWith("false");
        String before = inSession(plain, "SELECT pg_backend_pid()::text");
        assertThatThrownBy(() -> inSession(plain, "SELECT 1 / 0")).hasMessageContaining("division by zero");

        assertThat(inSession(plain, "SELECT pg_backend_pid()::text")).isEqualTo(before);
    }

    @Test
    void shouldRunNothingOutsideItsTransactionWhenCancelled() {
        Engine engine = Engine.on("cancel", 1, TABLE);
        CompletableFuture<Void> inserted = new CompletableFuture<>();

        Cancellable running = engine.sessions()
                .inTransaction(connection -> run(connection, "INSERT INTO t VALUES (1)")
                        .invoke(() -> inserted.complete(null))
                        .chain(() -> run(connection, "SELECT pg_sleep(0.5)"))
                        .chain(() -> run(connection, "INSERT INTO t VALUES (2)")))
                .subscribe()
                .with(ignored -> {}, failure -> {});
        inserted.orTimeout(20, TimeUnit.SECONDS).join();
        String first = engine.value(
                "SELECT pid::text FROM pg_stat_activity WHERE application_name = 'godwit' AND datname = current_database()");
        running.cancel();

        Awaitility.await().until(() -> engine.value("SELECT count(*) FROM pg_stat_activity WHERE pid = " + first)
                .equals("0"));
        assertThat(inSession(engine, "SELECT count(*)::text FROM t")).isEqualTo("0");
    }

    @Test
    void shouldNoticeThatACommitWasAnsweredWithARollbackT21() {
        Engine engine = Engine.on("t21wire", 1, TABLE);

        Uni<Void> lost = engine.sessions().inTransaction(connection -> run(connection, "INSERT INTO t VALUES (1)")
                .chain(() -> failingUnnoticed(connection)));

        assertThatThrownBy(() -> await(lost)).isInstanceOf(LostCommitException.class);
        assertThat(inSession(engine, "SELECT count(*)::text FROM t")).isEqualTo("0");
    }

    @Test
    void shouldNoticeItForScriptsTooT21() {
        Engine engine = Engine.on("t21script", 1, TABLE);
        ScriptSessions scripts = new ScriptSessions(TestPostgres.vertx(), engine.config());

        Uni<Void> lost = scripts.inTransaction(
                Duration.ofSeconds(5), Duration.ofSeconds(5), connection -> run(connection, "INSERT INTO t VALUES (1)")
                        .chain(() -> failingUnnoticed(connection)));

        assertThatThrownBy(() -> await(lost)).isInstanceOf(LostCommitException.class);
        assertThat(inSession(engine, "SELECT count(*)::text FROM t")).isEqualTo("0");
    }

    /** Nobody waits for the statement that fails: the work is done before its answer is there. */
    private static Uni<Void> failingUnnoticed(SqlConnection connection) {
        return Uni.createFrom().deferred(() -> {
            run(connection, "SELECT 1 / 0").subscribe().with(ignored -> {}, failure -> {});
            return Uni.createFrom().voidItem();
        });
    }

    private static String sessions(Engine engine) {
        return engine.value(
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'godwit' AND datname = current_database()");
    }

    private static String inSession(Engine engine, String sql) {
        return await(engine.sessions()
                .inTransaction(connection -> connection.query(sql).execute())
                .map(rows -> rows.iterator().next().getString(0)));
    }

    private static Uni<Void> run(SqlConnection connection, String sql) {
        return connection.query(sql).execute().replaceWithVoid();
    }
}
