package dev.godwit.migration.batch;

import dev.godwit.migration.definition.Definition;
import dev.godwit.migration.operation.Outcome;
import dev.godwit.migration.operation.Selection;
import dev.godwit.migration.sql.PgErrors;
import dev.godwit.migration.sql.Pipeline;
import dev.godwit.migration.sql.WorkerSessions;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Applies an operation to one entity and undoes it, with everything that a batch does but telling of it, in a transaction that is rolled back whatever happens.
 *
 * <p>Whether the undo was exact is seen in two ways: the rows that the batch may write have the same content as before, and no table has more or fewer rows, whoever
 * wrote them. Failure semantics: what PostgreSQL refuses is the rehearsal's result.
 */
public final class Rehearsal {

    /** Name of the run under which rehearsals write; its journal is made with the schema and is always empty. */
    public static final String RUN = "rehearsal";

    /** Inserted and never committed; one rehearsal waits here for the end of another, which is a matter of milliseconds. */
    private static final String BEGIN = """
            INSERT INTO godwit.run (id, migration, operation, mode, state, phase, definition, definition_file, definition_hash, duplicates)
            VALUES ($1, $2, $3, 'commit', 'backfilling', 'backfill', $4, $5, $6, $7)
            """;

    private static final String GROUP = """
            INSERT INTO godwit.duplicate (run_id, member, group_no)
            SELECT $1, m.member, 1
              FROM unnest($2::text[]) AS m(member)
            """;

    private static final String NUMBER = "SELECT nextval('godwit.batch_number') AS number";

    private static final String LSN = "SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn AS bytes";

    /** Rows that this transaction, and what the session has not told the statistics yet, has added to each table less those that it took away. */
    private static final String GROWN = """
            SELECT schemaname || '.' || relname AS relation, n_tup_ins - n_tup_del AS rows
              FROM pg_stat_xact_user_tables
             WHERE schemaname <> 'godwit'
               AND (n_tup_ins > 0 OR n_tup_del > 0)
            """;

    private static final String LOCKS = """
            SELECT n.nspname || '.' || c.relname AS relation, l.mode
              FROM pg_locks AS l
              JOIN pg_class AS c ON c.oid = l.relation
              JOIN pg_namespace AS n ON n.oid = c.relnamespace
             WHERE l.pid = pg_backend_pid()
               AND l.locktype = 'relation'
               AND c.relkind IN ('r', 'p')
               AND n.nspname NOT IN ('godwit', 'pg_catalog', 'information_schema')
               AND l.mode <> 'AccessShareLock'
            """;

    /** Others hold a row, or rehearse too: so often it is tried again. */
    private static final int TRIES = 5;

    private static final Duration PAUSE = Duration.ofMillis(20);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(200);

    /** Rounds in which the neighbourhood of an entity is found: each tells of rows that the one before did not know. */
    private static final int ROUNDS_MAX = 3;

    private final WorkerSessions sessions;
    private final RunContext run;
    private final RunContext plan;

    /** @param run compiled for {@link #RUN}, as a commit that hides nothing from the tail */
    public Rehearsal(WorkerSessions sessions, RunContext run) {
        this.sessions = sessions;
        this.run = run;
        this.plan = new RunContext(
                run.runId(),
                run.serial(),
                run.definition(),
                false,
                run.operation(),
                Optional.empty(),
                run.duplicates(),
                false,
                run.shapes(),
                Optional.empty(),
                Optional.empty());
    }

    /**
     * What became of one entity.
     *
     * @param foreseen what a plan says of it
     * @param done what the batch did
     * @param undone what undoing it did
     * @param differences what is not as it was, or not as it was foreseen; empty when all is well
     * @param walBytes written by the server meanwhile: by the batch at least
     * @param locks modes per table, beyond those of reading
     * @param failure why the batch failed; empty when it did not
     */
    public record Entity(
            String key,
            List<Outcome> foreseen,
            BatchResult done,
            BatchResult undone,
            List<String> differences,
            Duration took,
            Duration undoTook,
            long walBytes,
            Map<String, Set<String>> locks,
            Optional<Throwable> failure) {

        static Entity failed(String key, Throwable failure) {
            return new Entity(
                    key,
                    List.of(),
                    BatchResult.NOTHING,
                    BatchResult.NOTHING,
                    List.of(),
                    Duration.ZERO,
                    Duration.ZERO,
                    0,
                    Map.of(),
                    Optional.of(failure));
        }
    }

    /** Carries the result out of a transaction that must not commit. */
    private static final class RolledBack extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final transient Entity entity;
        private final transient Set<String> missed;

        RolledBack(Entity entity, Set<String> missed) {
            super("rolled back on purpose", null, false, false);
            this.entity = entity;
            this.missed = missed;
        }
    }

    /**
     * Rehearses one entity.
     *
     * @param group entities that share its new key, itself included; empty when nobody does
     */
    public Uni<Entity> of(String key, List<String> group) {
        Set<String> known = new LinkedHashSet<>(group);
        known.add(key);
        return of(key, group, known, 1);
    }

    private Uni<Entity> of(String key, List<String> group, Set<String> known, int round) {
        return sessions.<RolledBack>inTransaction(connection -> rehearse(connection, key, group, known)
                        .chain(done -> Uni.createFrom().failure(done)))
                .onFailure(RolledBack.class)
                .recoverWithItem(failure -> failure)
                .onFailure(PgErrors::isContended)
                .retry()
                .withBackOff(PAUSE, LONGEST_PAUSE)
                .atMost(TRIES)
                .chain(done -> again(done, key, group, known, round))
                .onFailure(failure -> refusal(failure).isPresent())
                .recoverWithItem(failure -> Entity.failed(key, refusal(failure).orElse(failure)));
    }

    /** What PostgreSQL, or the batch, says; after tries, it is behind the failure. */
    private static Optional<Throwable> refusal(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof TooLargeException) {
                return Optional.of(cause);
            }
        }
        return PgErrors.sqlState(failure).map(state -> failure);
    }

    private Uni<Entity> again(RolledBack done, String key, List<String> group, Set<String> known, int round) {
        if (done.missed.isEmpty() || round == ROUNDS_MAX) {
            return Uni.createFrom().item(done.entity);
        }
        Set<String> more = new LinkedHashSet<>(known);
        more.addAll(done.missed);
        return of(key, group, more, round + 1);
    }

    private Uni<RolledBack> rehearse(SqlConnection connection, String key, List<String> group, Set<String> known) {
        return begin(connection, group)
                .chain(() -> Rows.query(connection, NUMBER, Tuple.tuple()))
                .map(rows -> rows.get(0).getLong("number"))
                .chain(number -> new Scene(connection, number, key, known).play());
    }

    private Uni<Void> begin(SqlConnection connection, List<String> group) {
        Definition definition = run.definition();
        Tuple row = Tuple.of(RUN, definition.migration(), definition.operation().kind())
                .addString(definition.text())
                .addString(definition.file().toString())
                .addString(definition.hash())
                .addBoolean(!group.isEmpty());
        return Rows.query(connection, BEGIN, row)
                .chain(() -> Pipeline.of(Batches.settings(connection, run)))
                .chain(() -> run.operation().prepare(run, connection))
                .chain(() -> MappedRelations.enter(connection, run))
                .chain(() -> group.isEmpty()
                        ? Uni.createFrom().voidItem()
                        : Rows.query(connection, GROUP, Tuple.of(RUN, group.toArray(String[]::new)))
                                .replaceWithVoid());
    }

    /** One entity in one transaction. Use once. */
    private final class Scene {

        private final SqlConnection connection;
        private final long number;
        private final String key;
        private final Set<String> known;
        private final Selection selection;
        private Map<String, Long> before = Map.of();
        private Map<String, Long> rowsBefore = Map.of();
        private List<Outcome> foreseen = List.of();
        private BatchResult done = BatchResult.NOTHING;
        private BatchResult undone = BatchResult.NOTHING;
        private Map<String, Set<String>> locks = Map.of();
        private Duration took = Duration.ZERO;
        private Duration undoTook = Duration.ZERO;
        private long walBytes;

        private Scene(SqlConnection connection, long number, String key, Set<String> known) {
            this.connection = connection;
            this.number = number;
            this.key = key;
            this.known = known;
            this.selection = new Selection.Keys(List.of(key));
        }

        private Uni<RolledBack> play() {
            return plan.on(connection, number)
                    .work(selection, false)
                    .invoke(result -> foreseen = result.outcomes())
                    .chain(this::content)
                    .invoke(rows -> before = rows)
                    .chain(this::grown)
                    .invoke(rows -> rowsBefore = rows)
                    .chain(() -> lsn().chain(start -> act().chain(this::lsn).invoke(end -> walBytes = end - start)))
                    .chain(this::lockModes)
                    .chain(this::undo)
                    .chain(() -> content().chain(after -> grown().map(rows -> end(after, rows))));
        }

        private Uni<Void> act() {
            long began = System.nanoTime();
            return Rows.query(connection, Batches.RECORD, Tuple.of(RUN, number, RUN, Lane.REQUEST.wireName()))
                    .chain(() -> run.on(connection, number).work(selection, true))
                    .invoke(result -> done = result)
                    .chain(this::checkConstraints)
                    .invoke(() -> took = Duration.ofNanos(System.nanoTime() - began));
        }

        private Uni<Void> undo() {
            long began = System.nanoTime();
            return run.on(connection, number)
                    .undo()
                    .invoke(result -> undone = result)
                    .chain(this::checkConstraints)
                    .invoke(() -> undoTook = Duration.ofNanos(System.nanoTime() - began));
        }

        private Uni<Void> checkConstraints() {
            return connection.query("SET CONSTRAINTS ALL IMMEDIATE").execute().replaceWithVoid();
        }

        private Uni<Long> lsn() {
            return Rows.query(connection, LSN, Tuple.tuple())
                    .map(rows -> rows.get(0).getNumeric("bytes").longValue());
        }

        /** How often each row is there, by table and digest. */
        private Uni<Map<String, Long>> content() {
            return run.operation()
                    .vicinity()
                    .map(sql -> Rows.query(connection, sql, Tuple.of((Object) known.toArray(String[]::new))))
                    .orElseGet(() -> Uni.createFrom().item(List.of()))
                    .map(rows -> {
                        Map<String, Long> counted = new TreeMap<>();
                        rows.forEach(row ->
                                counted.merge(row.getString("relation") + ' ' + row.getString("row"), 1L, Long::sum));
                        return counted;
                    });
        }

        private Uni<Map<String, Long>> grown() {
            return Rows.query(connection, GROWN, Tuple.tuple()).map(rows -> {
                Map<String, Long> grown = new TreeMap<>();
                rows.forEach(row -> grown.put(row.getString("relation"), row.getLong("rows")));
                return grown;
            });
        }

        private Uni<Void> lockModes() {
            return Rows.query(connection, LOCKS, Tuple.tuple())
                    .invoke(rows -> {
                        Map<String, Set<String>> modes = new TreeMap<>();
                        for (Row row : rows) {
                            modes.computeIfAbsent(row.getString("relation"), table -> new TreeSet<>())
                                    .add(row.getString("mode"));
                        }
                        locks = modes;
                    })
                    .replaceWithVoid();
        }

        private RolledBack end(Map<String, Long> after, Map<String, Long> rowsAfter) {
            List<String> differences = new ArrayList<>();
            differences.addAll(Differences.ofContent(before, after));
            differences.addAll(Differences.ofRows(rowsBefore, rowsAfter));
            if (done.deferred().isEmpty()) {
                differences.addAll(Differences.ofOutcomes(run.rootName(), key, foreseen, done.outcomes()));
            }
            differences.addAll(Differences.ofUndo(undone.outcomes()));
            Entity entity = new Entity(
                    key, foreseen, done, undone, differences, took, undoTook, walBytes, locks, Optional.empty());
            return new RolledBack(entity, missed());
        }

        /** Entities that the batch came across, and whose rows were not looked at beforehand. */
        private Set<String> missed() {
            Set<String> met = new LinkedHashSet<>();
            for (Outcome outcome : done.outcomes()) {
                if (outcome.table().equals(run.rootName())) {
                    met.add(outcome.key());
                    outcome.newKey().ifPresent(met::add);
                }
            }
            met.removeAll(known);
            return met;
        }
    }
}
