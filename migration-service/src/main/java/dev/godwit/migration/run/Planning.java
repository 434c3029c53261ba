package dev.godwit.migration.run;

import dev.godwit.migration.batch.Batches;
import dev.godwit.migration.batch.Batches.Place;
import dev.godwit.migration.batch.Batches.Work;
import dev.godwit.migration.batch.Lane;
import dev.godwit.migration.batch.MappedRelations;
import dev.godwit.migration.batch.RunContext;
import dev.godwit.migration.chunk.ChunkWork.Kind;
import dev.godwit.migration.functions.FunctionSchema;
import dev.godwit.migration.operation.Selection;
import dev.godwit.migration.sql.PgErrors;
import dev.godwit.migration.telemetry.Spans;
import io.opentelemetry.api.trace.SpanKind;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A run from its request to its first chunk, and a plan to its report. */
@ApplicationScoped
class Planning {

    private static final int GROUPS_PER_INSERT = 1000;

    /** Phases that are done once, unless they fail. */
    private static final Set<String> WORK = Set.of("prepare", "group", "cut", "report");

    private static final String REMEMBER_BARRIER = """
            UPDATE godwit.run
               SET barrier_xid = ($2::text)::xid8, phase = 'barrier', started_lsn = pg_current_wal_insert_lsn(), first_heartbeat = $3,
                   cluster = coalesce(cluster, (SELECT system_identifier FROM pg_control_system())), restore_point = godwit.restore_point('godwit-' || id)
             WHERE id = $1
            """;

    private static final String SET_PHASE = "UPDATE godwit.run SET phase = $2, reason = $3 WHERE id = $1";

    private static final String FORGET_GROUPS = "DELETE FROM godwit.duplicate WHERE run_id = $1";

    private static final String INSERT_GROUPS = """
            INSERT INTO godwit.duplicate (run_id, member, group_no)
            SELECT $1, t.member, t.group_no
              FROM unnest($2::text[], $3::bigint[]) AS t(member, group_no)
            ON CONFLICT DO NOTHING
            """;

    private static final String GROUPED = """
            UPDATE godwit.run
               SET phase = 'cut', duplicates = EXISTS (SELECT FROM godwit.duplicate WHERE run_id = $1)
             WHERE id = $1
            """;

    private static final String CUT = """
            UPDATE godwit.run
               SET generation = generation + 1, phase = $2, entities_estimated = $3
             WHERE id = $1
            RETURNING generation
            """;

    private static final String KEYS_STREAM = "request";

    private static final String KEYS_INSPECTED = """
            SELECT EXISTS (SELECT
                             FROM godwit.stream
                            WHERE run_id = $1
                              AND stream = $2
                              AND sequence > 0) AS inspected
            """;

    private static final String JOURNAL_EXISTS = "SELECT to_regclass('godwit.identity_' || $1) IS NOT NULL AS there";

    private static final String ESTIMATE = """
            SELECT greatest(sum(c.reltuples), 0)::bigint AS entities
              FROM pg_class AS c
             WHERE c.oid = ANY ($1::text[]::regclass[]::oid[])
            """;

    private final Runs runs;
    private final RunContexts contexts;
    private final Capture capture;
    private final CaughtUp caughtUp;
    private final Settling settling;
    private final Chunks chunks;
    private final Quota quota;
    private final PlanReports reports;
    private final Batches batches;
    private final Pool pool;
    private final Spans spans;

    @Inject
    Planning(
            Runs runs,
            RunContexts contexts,
            Capture capture,
            CaughtUp caughtUp,
            Settling settling,
            Chunks chunks,
            Quota quota,
            PlanReports reports,
            Batches batches,
            Pool pool,
            Spans spans) {
        this.runs = runs;
        this.contexts = contexts;
        this.capture = capture;
        this.caughtUp = caughtUp;
        this.settling = settling;
        this.chunks = chunks;
        this.quota = quota;
        this.reports = reports;
        this.batches = batches;
        this.pool = pool;
        this.spans = spans;
    }

    /** Steps that wait and look again have no span: they may do so for hours, five times a second. */
    Uni<Void> step(Run run) {
        return WORK.contains(run.phase())
                ? spans.within(
                        spans.part("plan " + run.phase(), SpanKind.INTERNAL, run.traceparent())
                                .setAttribute("godwit.run", run.id())
                                .setAttribute("godwit.migration", run.migration())
                                .setAttribute("godwit.run.mode", run.commit() ? "commit" : "plan"),
                        span -> act(run))
                : act(run);
    }

    private Uni<Void> act(Run run) {
        return switch (run.phase()) {
            case "prepare" -> prepare(run).chain(() -> run.commit() ? listen(run) : setPhase(run, "group", null));
            case "barrier" -> waitForOlder(run);
            case "group" -> group(run);
            case "cut" -> run.commit() ? begin(run) : inspect(run);
            case "inspect" -> settling.whenChunksAreDone(run, () -> runs.setPhase(run, "report"));
            case "report" -> report(run);
            default -> Uni.createFrom().voidItem();
        };
    }

    private Uni<Void> prepare(Run run) {
        return contexts.of(run)
                .chain(context -> runs.inTransaction(run, connection -> context.operation()
                        .prepare(context, connection)
                        .chain(() -> Surroundings.makeAliases(connection, context))))
                .onFailure(PgErrors::isLockNotAvailable)
                .call(() -> setPhase(run, run.phase(), "waits for a moment at which nobody uses the table"));
    }

    /** The tail listens before the table is measured: what is written from here on is its business. */
    private Uni<Void> listen(Run run) {
        return contexts.of(run).chain(context -> {
            Optional<String> source = context.operation().root().source();
            return capture.open(context)
                    .chain(() -> caughtUp.beat(source))
                    .chain(beat -> capture.barrier(source)
                            .chain(xid -> runs.execute(REMEMBER_BARRIER, run.id(), xid, beat - 1)))
                    .replaceWithVoid();
        });
    }

    private Uni<Void> waitForOlder(Run run) {
        return contexts.of(run)
                .chain(context -> capture.waitingFor(
                        context.operation().root().source(), run.barrierXid().orElseThrow()))
                .chain(waiting ->
                        waiting.isEmpty() ? setPhase(run, "group", null) : setPhase(run, "barrier", waiting.get()));
    }

    /** Entities that share a new key, over the whole table: no single batch sees such a group. The survivor is a function of all of it. */
    private Uni<Void> group(Run run) {
        return contexts.of(run)
                .chain(context -> runs.execute(FORGET_GROUPS, run.id()).chain(() -> context.operation()
                        .duplicates()
                        .map(sql -> group(run, context, sql))
                        .orElseGet(() -> Uni.createFrom().voidItem())))
                .chain(() -> runs.execute(GROUPED, run.id()))
                .replaceWithVoid()
                .onFailure(GroupTooLargeException.class)
                .recoverWithUni(group -> runs.fail(run.id(), group.getMessage()).replaceWithVoid());
    }

    private Uni<Void> group(Run run, RunContext context, String sql) {
        return pool.withConnection(here -> context.operation().atRoot(here, connection -> group(run, connection, sql)));
    }

    private Uni<Void> group(Run run, SqlConnection connection, String sql) {
        long[] groups = {0};
        return readOnly(connection)
                .chain(() -> connection.prepare(sql))
                .onItem()
                .transformToMulti(
                        statement -> statement.createStream(GROUPS_PER_INSERT).toMulti())
                .group()
                .intoLists()
                .of(GROUPS_PER_INSERT)
                .onItem()
                .transformToUniAndConcatenate(rows -> insertGroups(run, rows, groups))
                .onItem()
                .ignoreAsUni()
                .chain(() -> connection.query("COMMIT").execute())
                .onFailure()
                .call(() -> connection.query("ROLLBACK").execute())
                .replaceWithVoid();
    }

    /** Reads the whole table: how long that takes is not known beforehand. */
    private static Uni<Void> readOnly(SqlConnection connection) {
        return connection
                .query("BEGIN TRANSACTION READ ONLY")
                .execute()
                .chain(() -> connection.query("SET LOCAL statement_timeout = 0").execute())
                .replaceWithVoid();
    }

    private Uni<Void> insertGroups(Run run, List<Row> rows, long[] groups) {
        List<String> members = new ArrayList<>();
        List<Long> numbers = new ArrayList<>();
        for (Row row : rows) {
            groups[0]++;
            for (String member : members(row)) {
                members.add(member);
                numbers.add(groups[0]);
            }
        }
        return runs.execute(INSERT_GROUPS, run.id(), members.toArray(String[]::new), numbers.toArray(Long[]::new))
                .replaceWithVoid();
    }

    private static String[] members(Row row) {
        String[] members = row.getArrayOfStrings("members");
        if (members == null) {
            throw new GroupTooLargeException(row.getLong("size"), row.getString("example"));
        }
        return members;
    }

    private Uni<Void> begin(Run run) {
        return contexts.ofNext(run)
                .chain(context -> estimate(context)
                        .chain(entities -> runs.transition(
                                run,
                                RunState.PLANNING,
                                RunState.BACKFILLING,
                                Optional.empty(),
                                connection -> createJournal(connection, run)
                                        .chain(() -> MappedRelations.enter(connection, context))
                                        .chain(() -> cut(connection, run, context, "backfill", entities)))))
                .chain(() -> runs.find(run.id()))
                .chain(found -> chunks.enqueue(run.id(), found.orElseThrow().generation()));
    }

    private static Uni<Void> createJournal(SqlConnection connection, Run run) {
        return connection
                .preparedQuery(JOURNAL_EXISTS)
                .execute(Tuple.of(Long.toString(run.serial())))
                .chain(rows -> rows.iterator().next().getBoolean("there")
                        ? Uni.createFrom().voidItem()
                        : connection
                                .preparedQuery("SELECT godwit.create_journal($1, $2)")
                                .execute(Tuple.of(run.id(), run.serial()))
                                .replaceWithVoid());
    }

    private Uni<Void> cut(SqlConnection connection, Run run, RunContext context, String phase, long entities) {
        return connection
                .preparedQuery(CUT)
                .execute(Tuple.of(run.id(), phase, run.limit().orElse(entities)))
                .map(rows -> rows.iterator().next().getInteger("generation"))
                .chain(generation -> cut(connection, run, context, generation));
    }

    private Uni<Void> cut(SqlConnection connection, Run run, RunContext context, int generation) {
        if (run.onlyKeys()) {
            return Uni.createFrom().voidItem();
        }
        if (run.commit() && run.limit().isPresent()) {
            return quota.cutNext(connection, run, context, generation).replaceWithVoid();
        }
        return chunks.cutRoot(connection, context, run.commit() ? Kind.BACKFILL : Kind.INSPECT, generation);
    }

    private Uni<Long> estimate(RunContext context) {
        String[] leaves =
                context.operation().leaves().stream().map(leaf -> leaf.quoted()).toArray(String[]::new);
        return pool.withConnection(here -> context.operation().atRoot(here, connection -> connection
                        .preparedQuery(ESTIMATE)
                        .execute(Tuple.of((Object) leaves))))
                .map(rows -> {
                    Long entities = rows.iterator().next().getLong("entities");
                    return entities == null ? 0 : entities;
                });
    }

    private Uni<Void> inspect(Run run) {
        return contexts.ofNext(run)
                .call(context -> run.onlyKeys()
                        ? inspectKeysOnce(run, context)
                        : Uni.createFrom().voidItem())
                .chain(context -> estimate(context)
                        .chain(entities -> runs.inTransaction(
                                run, connection -> cut(connection, run, context, "inspect", entities))))
                .chain(() -> runs.find(run.id()))
                .chain(found -> chunks.enqueue(run.id(), found.orElseThrow().generation()));
    }

    /** Before the phase says that there is nothing more to inspect; what a step that broke off afterwards has told is not told again. */
    private Uni<Void> inspectKeysOnce(Run run, RunContext context) {
        return runs.execute(KEYS_INSPECTED, run.id(), KEYS_STREAM)
                .chain(rows -> rows.iterator().next().getBoolean("inspected")
                        ? Uni.createFrom().voidItem()
                        : inspectKeys(run, context));
    }

    private Uni<Void> inspectKeys(Run run, RunContext context) {
        Place place = new Place(Lane.REQUEST, KEYS_STREAM, Optional.empty(), EnumSet.of(RunState.PLANNING));
        return runs.execute("SELECT key FROM godwit.pending_key WHERE run_id = $1 ORDER BY key", run.id())
                .chain(rows -> {
                    List<String> keys = new ArrayList<>();
                    rows.forEach(row -> keys.add(row.getString("key")));
                    return batches.run(context, place, opened -> context.on(opened)
                            .work(new Selection.Keys(keys), false)
                            .map(Work::of));
                })
                .replaceWithVoid();
    }

    private Uni<Void> report(Run run) {
        return contexts.of(run)
                .chain(context -> reports.complete(run, context))
                .chain(report -> runs.transition(
                        run, RunState.PLANNING, RunState.PLANNED, Optional.empty(), connection -> connection
                                .preparedQuery("UPDATE godwit.run SET plan = $2, phase = '' WHERE id = $1")
                                .execute(Tuple.of(run.id(), report))
                                .chain(() -> FunctionSchema.releaseFor(connection, run.id()))))
                .replaceWithVoid();
    }

    private Uni<Void> setPhase(Run run, String phase, String reason) {
        return runs.execute(SET_PHASE, run.id(), phase, reason).replaceWithVoid();
    }
}
