package dev.godwit.migration.pace;

import dev.godwit.migration.plan.Figure;
import dev.godwit.migration.plan.Figures;
import dev.godwit.migration.run.GodwitConfig;
import dev.godwit.migration.sql.PgErrors;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.TimeoutException;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Reads the signals, all in one session of its own and in no batch's transaction.
 *
 * <p>Failure semantics: does not fail; what cannot be read in time is unknown and says why. A probe that gets no answer in time took at least that long.
 */
@ApplicationScoped
public class SignalReader {

    /** Names that sessions of ours have; only ours run as this role with them. */
    private static final String OURS = "usename = current_user AND application_name LIKE 'godwit%'";

    private static final String WRITE_PROBE = """
            INSERT INTO godwit.probe (instance, number)
            VALUES ($1, 1)
            ON CONFLICT (instance) DO UPDATE SET number = probe.number + 1, written_at = clock_timestamp()
            """;

    private static final String READ_PROBE = "SELECT number FROM godwit.probe WHERE instance = $1";

    /** Logical readers are no standbys; what they have not confirmed is the backlog of their slots. */
    private static final String SERVER =
            """
            SELECT pg_has_role('pg_read_all_stats', 'USAGE') AS sees_all, a.waiting, a.wal_waits, r.standbys, r.lag, r.backlog, s.slots, s.slot_backlog, s.limited, s.room,
                   %3$s
              FROM (SELECT count(*) FILTER (WHERE CASE WHEN o.wait_event_type = 'Lock' THEN pg_blocking_pids(o.pid) && m.pids END) AS waiting,
                           count(*) FILTER (WHERE upper(o.wait_event) IN ('WALWRITE', 'WALSYNC')) AS wal_waits
                      FROM (SELECT coalesce(array_agg(pid), '{}') AS pids FROM pg_stat_activity WHERE %1$s) AS m
                      LEFT JOIN pg_stat_activity AS o ON o.backend_type = 'client backend' AND (%2$s) IS NOT TRUE) AS a
             CROSS JOIN (SELECT count(*) AS standbys, coalesce(max(extract(epoch FROM x.replay_lag)), 0)::double precision AS lag,
                                max(pg_wal_lsn_diff(pg_current_wal_lsn(), x.replay_lsn))::double precision AS backlog
                           FROM pg_stat_replication AS x
                           LEFT JOIN pg_replication_slots AS y ON y.active_pid = x.pid
                          WHERE y.slot_type IS DISTINCT FROM 'logical'
                            AND x.state IS DISTINCT FROM 'backup') AS r
             CROSS JOIN (SELECT count(*) FILTER (WHERE active OR slot_name = $1) AS slots, count(safe_wal_size) AS limited,
                                max(pg_wal_lsn_diff(pg_current_wal_lsn(), coalesce(confirmed_flush_lsn, restart_lsn))) FILTER (WHERE active OR slot_name = $1)
                                    ::double precision AS slot_backlog,
                                max(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)
                                    / nullif(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn) + safe_wal_size, 0))::double precision AS room
                           FROM pg_replication_slots
                          WHERE wal_status IS DISTINCT FROM 'lost') AS s
             CROSS JOIN pg_stat_archiver AS w
            """.formatted(OURS, "o." + OURS.replace("application_name", "o.application_name"), ArchiveBacklog.COLUMNS);

    /** Partitions are vacuumed one by one, and so are the TOAST tables of each. */
    private static final String VACUUMS = """
            SELECT t.run, max(CASE WHEN a.query LIKE '%to prevent wraparound%' THEN 2 ELSE 1 END) AS level
              FROM pg_stat_progress_vacuum AS v
              JOIN pg_stat_activity AS a ON a.pid = v.pid
             CROSS JOIN unnest($1::text[], $2::text[]) AS t(run, name)
             WHERE v.datname = current_database()
               AND EXISTS (SELECT
                             FROM (SELECT to_regclass(t.name)::oid AS oid UNION SELECT relid::oid FROM pg_partition_tree(to_regclass(t.name))) AS p
                             JOIN pg_class AS c ON c.oid = p.oid
                            WHERE v.relid IN (c.oid, c.reltoastrelid))
             GROUP BY t.run
            """;

    private static final String HIDDEN = "the role may not see other sessions; GRANT pg_monitor to it";
    private static final double MIB = 1 << 20;
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final PaceSessions sessions;
    private final Signals signals;
    private final PaceConfig config;
    private final String instance;
    private final String slot;
    private final DiskUse disk;
    private final QuietLatency latency = new QuietLatency();
    private double walWaits;
    private boolean seesAll;
    private Optional<String> unprobed = Optional.empty();

    @Inject
    SignalReader(PaceSessions sessions, Signals signals, PaceConfig config, GodwitConfig godwit) {
        this.sessions = sessions;
        this.signals = signals;
        this.config = config;
        this.instance = godwit.instance();
        this.slot = godwit.capture().slot();
        this.disk = new DiskUse(config.disk().gib());
    }

    /**
     * What was read.
     *
     * @param server signals that are the same for every run
     * @param vacuums vacuums of tables, by run; a run without one is left out
     * @param vacuumsUnknown why vacuums could not be looked for
     */
    record Readings(List<Reading> server, Map<String, Integer> vacuums, Optional<String> vacuumsUnknown) {

        /**
         * Those that concern a run.
         *
         * @param vacuum empty when the operator switched it off: then only what prevents wraparound is told
         */
        List<Reading> of(String runId, Optional<Signal> vacuum) {
            List<Reading> all = new ArrayList<>(server);
            int level = vacuums.getOrDefault(runId, 0);
            if (vacuum.isPresent()) {
                all.add(vacuumsUnknown
                        .map(why -> Reading.unknown(vacuum.get(), why))
                        .orElseGet(() -> Reading.of(vacuum.get(), level)));
            } else if (level >= BuiltInSignal.WRAPAROUND) {
                all.add(Reading.of(BuiltInSignal.VACUUM.signal(), level));
            }
            return all;
        }
    }

    /** Reads all signals for these runs. One at a time. */
    Uni<Readings> read(List<WorkingRun> runs) {
        return sessions.pool()
                .withConnection(connection -> probe(connection)
                        .chain(() -> server(connection))
                        .chain(server -> ofOperator(connection).map(more -> {
                            List<Reading> all = new ArrayList<>(server);
                            all.addAll(more);
                            return all;
                        }))
                        .chain(all -> vacuums(connection, all, runs)))
                .ifNoItem()
                .after(PATIENCE.multipliedBy(3))
                .fail()
                .onFailure()
                .recoverWithItem(failure -> unread(PgErrors.describe(failure)));
    }

    /** What the probe has said holds all the same. */
    private Readings unread(String why) {
        List<Reading> unread = new ArrayList<>();
        add(unread, BuiltInSignal.PROBE_LATENCY, this::probed);
        EnumSet.complementOf(EnumSet.of(BuiltInSignal.PROBE_LATENCY, BuiltInSignal.VACUUM))
                .forEach(known -> add(unread, known, signal -> Reading.unknown(signal, why)));
        signals.ofOperator().forEach(asked -> unread.add(Reading.unknown(asked.signal(), why)));
        return new Readings(unread, Map.of(), Optional.of(why));
    }

    /** A commit and a read, twice: the first of a session makes its plans, and says little. */
    private Uni<Void> probe(SqlConnection connection) {
        return probeOnce(connection)
                .chain(answered -> answered
                        ? probeOnce(connection).replaceWithVoid()
                        : Uni.createFrom().voidItem());
    }

    private Uni<Boolean> probeOnce(SqlConnection connection) {
        long began = System.nanoTime();
        return connection
                .preparedQuery(WRITE_PROBE)
                .execute(Tuple.of(instance))
                .chain(() -> connection.preparedQuery(READ_PROBE).execute(Tuple.of(instance)))
                .ifNoItem()
                .after(PATIENCE)
                .fail()
                .onItemOrFailure()
                .transform((item, failure) -> probed(failure, (System.nanoTime() - began) / 1e6));
    }

    /** No answer in time is one, which outweighs those before; a refusal is none. */
    private boolean probed(Throwable failure, double millis) {
        boolean late = failure instanceof TimeoutException || (failure != null && PgErrors.isTimeout(failure));
        unprobed = Optional.ofNullable(failure).filter(refused -> !late).map(PgErrors::describe);
        if (late) {
            latency.late(millis);
        } else if (failure == null) {
            latency.took(millis);
        }
        return failure == null;
    }

    private Uni<List<Reading>> server(SqlConnection connection) {
        return connection
                .preparedQuery(SERVER)
                .execute(Tuple.of(slot))
                .map(rows -> rows.iterator().next())
                .chain(row -> {
                    List<Reading> readings = readings(row);
                    return ask(
                                    readings,
                                    BuiltInSignal.ARCHIVE_BACKLOG,
                                    signal -> ArchiveBacklog.read(connection, row, signal))
                            .chain(() -> ask(readings, BuiltInSignal.DISK, signal -> disk.read(connection, signal)))
                            .replaceWith(readings);
                })
                .ifNoItem()
                .after(PATIENCE)
                .fail();
    }

    /** Adds one that takes a query of its own. */
    private Uni<Void> ask(List<Reading> readings, BuiltInSignal known, Function<Signal, Uni<Reading>> read) {
        return signals.find(known)
                .map(signal -> read.apply(signal).invoke(readings::add).replaceWithVoid())
                .orElseGet(() -> Uni.createFrom().voidItem());
    }

    private Reading probed(Signal signal) {
        if (unprobed.isPresent() || Double.isNaN(latency.now())) {
            return Reading.unknown(signal, unprobed.orElse("nothing has answered yet"));
        }
        return Reading.of(signal.withSoft(latency.limit(signal.soft())), latency.now());
    }

    private List<Reading> readings(Row row) {
        List<Reading> readings = new ArrayList<>();
        seesAll = row.getBoolean("sees_all");
        add(readings, BuiltInSignal.PROBE_LATENCY, this::probed);
        walWaits = (walWaits + row.getLong("wal_waits")) / 2;
        add(readings, BuiltInSignal.WAITING_SESSIONS, seen(signal -> Reading.of(signal, row.getLong("waiting"))));
        add(readings, BuiltInSignal.WAL_WAITS, seen(signal -> Reading.of(signal, walWaits)));
        add(readings, BuiltInSignal.REPLICATION_LAG, ofStandbys(row, "lag", 1));
        add(readings, BuiltInSignal.REPLICATION_BACKLOG, ofStandbys(row, "backlog", MIB));
        add(readings, BuiltInSignal.SLOT_BACKLOG, ofAny(row, "slots", "slot_backlog", MIB));
        add(readings, BuiltInSignal.SLOT_ROOM, ofAny(row, "limited", "room", 1));
        return readings;
    }

    private void add(List<Reading> readings, BuiltInSignal known, Function<Signal, Reading> read) {
        signals.find(known).map(read).ifPresent(readings::add);
    }

    /** What others wait for is hidden from a role that may not see it, and would look as if nobody waited. */
    private Function<Signal, Reading> seen(Function<Signal, Reading> read) {
        return signal -> seesAll ? read.apply(signal) : Reading.unknown(signal, HIDDEN);
    }

    private Function<Signal, Reading> ofStandbys(Row row, String column, double per) {
        Function<Signal, Reading> any = ofAny(row, "standbys", column, per);
        return signal -> row.getLong("standbys") == 0
                ? Reading.absent(signal)
                : seen(any).apply(signal);
    }

    private static Function<Signal, Reading> ofAny(Row row, String count, String column, double per) {
        return signal -> {
            if (row.getLong(count) == 0) {
                return Reading.absent(signal);
            }
            Double value = row.getDouble(column);
            return value == null
                    ? Reading.unknown(signal, "PostgreSQL does not say")
                    : Reading.of(signal, Math.max(0, value) / per);
        };
    }

    private Uni<List<Reading>> ofOperator(SqlConnection connection) {
        Figures figures = new Figures(connection, config.statementTimeout(), Map.of(), Optional.empty(), 1);
        return Multi.createFrom()
                .iterable(signals.ofOperator())
                .onItem()
                .transformToUniAndConcatenate(
                        asked -> figures.ask(asked.query()).map(figure -> reading(asked.signal(), figure)))
                .collect()
                .asList();
    }

    private static Reading reading(Signal signal, Figure figure) {
        return figure.value().isPresent()
                ? Reading.of(signal, figure.value().getAsDouble())
                : Reading.unknown(
                        signal, figure.detail().orElseGet(() -> figure.reason().orElse("it answered nothing")));
    }

    private Uni<Readings> vacuums(SqlConnection connection, List<Reading> server, List<WorkingRun> runs) {
        if (!seesAll) {
            return Uni.createFrom().item(new Readings(server, Map.of(), Optional.of(HIDDEN)));
        }
        List<String> ids = new ArrayList<>();
        List<String> tables = new ArrayList<>();
        runs.forEach(run -> run.tables().forEach(table -> {
            ids.add(run.id());
            tables.add(table);
        }));
        return connection
                .preparedQuery(VACUUMS)
                .execute(Tuple.of(ids.toArray(String[]::new), tables.toArray(String[]::new)))
                .map(rows -> {
                    Map<String, Integer> found = new HashMap<>();
                    rows.forEach(row -> found.put(row.getString("run"), row.getInteger("level")));
                    return new Readings(server, found, Optional.empty());
                })
                .onFailure()
                .recoverWithItem(failure -> new Readings(server, Map.of(), Optional.of(PgErrors.describe(failure))));
    }
}
