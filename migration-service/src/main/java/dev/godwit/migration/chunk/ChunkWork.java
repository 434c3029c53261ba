package dev.godwit.migration.chunk;

import dev.godwit.migration.batch.BatchResult;
import dev.godwit.migration.batch.Batches;
import dev.godwit.migration.batch.Batches.Ended;
import dev.godwit.migration.batch.Batches.LeasedChunk;
import dev.godwit.migration.batch.Batches.Opened;
import dev.godwit.migration.batch.Batches.Place;
import dev.godwit.migration.batch.Batches.Work;
import dev.godwit.migration.batch.ChangedTablesException;
import dev.godwit.migration.batch.Lane;
import dev.godwit.migration.batch.RunContext;
import dev.godwit.migration.batch.Undo;
import dev.godwit.migration.batch.WaitingKeys;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.operation.Selection;
import dev.godwit.migration.run.RunState;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** One batch of a chunk, by the chunk's kind. */
@ApplicationScoped
public class ChunkWork {

    private static final String RELFILENODE = "SELECT pg_relation_filenode($1::bigint::oid)::bigint AS relfilenode";

    private final Batches batches;
    private final Undo undo;

    @Inject
    public ChunkWork(Batches batches, Undo undo) {
        this.batches = batches;
        this.undo = undo;
    }

    /** What kind of work a chunk is. */
    public enum Kind {
        /** Classify entities of a range for a plan. */
        INSPECT(Lane.BACKFILL, EnumSet.of(RunState.PLANNING)),
        /** Migrate entities of a range. */
        BACKFILL(Lane.BACKFILL, EnumSet.of(RunState.BACKFILLING)),
        /** Migrate the first so many entities of the table that need it. */
        LIMITED(Lane.BACKFILL, EnumSet.of(RunState.BACKFILLING)),
        /** Scan a range once more for entities that need work. */
        VERIFY(Lane.VERIFY, EnumSet.of(RunState.VERIFYING)),
        /** Translate references in a range of a reference table. */
        SWEEP(Lane.SWEEP, EnumSet.of(RunState.BACKFILLING, RunState.VERIFYING)),
        /** Undo batches, newest first. */
        UNDO(Lane.ROLLBACK, EnumSet.of(RunState.ROLLING_BACK)),
        /** Translate references in a range of a reference table back. */
        UNSWEEP(Lane.ROLLBACK, EnumSet.of(RunState.ROLLING_BACK));

        private final Lane lane;

        @SuppressWarnings("ImmutableEnumChecker") // Set.copyOf made it immutable
        private final Set<RunState> states;

        Kind(Lane lane, Set<RunState> states) {
            this.lane = lane;
            this.states = Set.copyOf(states);
        }

        /** Whether every entity that a batch reads gets an outcome, so that the size of a batch says how many it will have. */
        boolean isCounted() {
            return this == INSPECT || this == BACKFILL || this == LIMITED;
        }

        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Kind ofWireName(String name) {
            return valueOf(name.toUpperCase(Locale.ROOT));
        }
    }

    /** The name of a chunk's stream of outcome events. */
    public static String stream(int chunk) {
        return "chunk-" + chunk;
    }

    /**
     * Does the next batch of a chunk.
     *
     * @param entities how many entities the batch should have
     * @param rowsPerBlock how many entities a block of the table holds; zero when that is not known, and one block shows it
     */
    public Uni<Ended> next(
            RunContext run, Kind kind, int chunk, int entities, double rowsPerBlock, boolean expectWork) {
        long blocks = rowsPerBlock <= 0 ? 1 : Math.max(1, (long) (entities / Math.max(1, rowsPerBlock)));
        return batches.run(
                run,
                place(kind, chunk),
                opened -> isNoted(run, kind)
                        ? InFlight.noting(run, opened, blocks, () -> work(run, kind, opened, blocks, expectWork))
                        : work(run, kind, opened, blocks, expectWork));
    }

    /** What is in flight is told by the snapshot of the root's database: it says nothing about rows of another. */
    private static boolean isNoted(RunContext run, Kind kind) {
        return kind == Kind.VERIFY || (kind == Kind.SWEEP && !run.operation().isRootElsewhere());
    }

    private static Place place(Kind kind, int chunk) {
        return new Place(kind.lane, stream(chunk), Optional.of(chunk), kind.states);
    }

    private Uni<Work> work(RunContext run, Kind kind, Opened opened, long blocks, boolean expectWork) {
        LeasedChunk chunk = opened.chunk().orElseThrow();
        long to = Math.min(chunk.toBlock(), chunk.cursor() + blocks);
        Selection.BlockRange range = new Selection.BlockRange(TableName.parse(chunk.relation()), chunk.cursor(), to);
        return switch (kind) {
            case INSPECT -> run.on(opened).work(range, false).map(result -> advanced(result, chunk, to));
            case BACKFILL ->
                run.on(opened)
                        .work(range, expectWork)
                        .call(() -> mustBeSameHeap(run, opened, chunk))
                        .map(result -> advanced(result, chunk, to));
            case VERIFY ->
                run.on(opened)
                        .work(range, false)
                        .call(() -> mustBeSameHeap(run, opened, chunk))
                        .map(result -> advanced(result, chunk, to));
            case LIMITED -> limited(run, opened, range, chunk, to);
            case SWEEP, UNSWEEP ->
                run.on(opened)
                        .sweep(range, kind == Kind.UNSWEEP, false)
                        .call(() -> mustBeSameHeap(run, opened, chunk))
                        .map(result -> advanced(result, chunk, to));
            case UNDO ->
                undo.newestBatch(run, opened.connection())
                        .map(undone -> new Work(
                                undone.result(),
                                Optional.of(Math.min(chunk.toBlock(), chunk.cursor() + 1)),
                                undone.nothingLeft(),
                                Optional.empty(),
                                Optional.empty()));
        };
    }

    private static Work advanced(BatchResult result, LeasedChunk chunk, long to) {
        return new Work(result, Optional.of(to), to >= chunk.toBlock(), Optional.empty(), Optional.empty());
    }

    private static Uni<Work> limited(
            RunContext run, Opened opened, Selection.BlockRange range, LeasedChunk chunk, long to) {
        long remaining = chunk.remaining().orElseThrow();
        return run.on(opened).pending(range).chain(pending -> {
            List<String> keys =
                    pending.stream().limit(Math.min(remaining, 1000)).toList();
            if (keys.isEmpty()) {
                return Uni.createFrom()
                        .item(new Work(
                                BatchResult.NOTHING,
                                Optional.of(to),
                                to >= chunk.toBlock(),
                                Optional.of(remaining),
                                Optional.empty()));
            }
            boolean rangeDone = keys.size() == pending.size();
            return run.on(opened).work(new Selection.Keys(keys), true).map(result -> {
                long left = Math.max(0, remaining - result.outcomes().size());
                long cursor = rangeDone ? to : chunk.cursor();
                boolean done = left == 0 || (rangeDone && to >= chunk.toBlock());
                return new Work(result, Optional.of(cursor), done, Optional.of(left), Optional.empty());
            });
        });
    }

    /** The relation is locked by now, so that what is read here still holds when the batch commits. */
    private static Uni<Void> mustBeSameHeap(RunContext run, Opened opened, LeasedChunk chunk) {
        return run.operation()
                .at(TableName.parse(chunk.relation()), opened.connection(), connection -> connection
                        .preparedQuery(RELFILENODE)
                        .execute(Tuple.of(chunk.relationOid())))
                .invoke(rows -> {
                    Long now = rows.iterator().next().getLong("relfilenode");
                    if (now == null || now != chunk.relfilenode()) {
                        throw new ChangedTablesException(
                                chunk.relation() + " was rewritten while the run was reading it");
                    }
                })
                .replaceWithVoid();
    }

    /**
     * Gets past a range that no batch gets through with: entities are put aside, to be tried one by one; references are rewritten row by row, and rows that cannot be are told
     * as failed.
     */
    public Uni<Ended> isolate(RunContext run, Kind kind, int chunk) {
        return batches.run(run, place(kind, chunk), opened -> {
            LeasedChunk leased = opened.chunk().orElseThrow();
            long to = Math.min(leased.toBlock(), leased.cursor() + 1);
            TableName relation = TableName.parse(leased.relation());
            Selection.BlockRange range = new Selection.BlockRange(relation, leased.cursor(), to);
            Uni<Work> done = kind == Kind.SWEEP || kind == Kind.UNSWEEP
                    ? run.on(opened)
                            .sweep(range, kind == Kind.UNSWEEP, true)
                            .map(result -> advanced(result, leased, to))
                    : park(run, opened, range, leased.remaining().orElse(Long.MAX_VALUE))
                            .map(keys -> parked(leased, keys, to));
            return done.call(() -> mustBeSameHeap(run, opened, leased));
        });
    }

    private static Uni<Integer> park(RunContext run, Opened opened, Selection.BlockRange range, long max) {
        return run.on(opened)
                .pending(range)
                .map(keys -> keys.stream().limit(max).toList())
                .call(keys -> new WaitingKeys(opened.connection(), run.runId())
                        .add(run.operation().root(), keys, WaitingKeys.Cause.ISOLATED))
                .map(List::size);
    }

    /** What is put aside uses a limit up: it will be tried. */
    private static Work parked(LeasedChunk chunk, int keys, long to) {
        Optional<Long> remaining = chunk.remaining().map(left -> left - keys);
        boolean done =
                to >= chunk.toBlock() || remaining.filter(left -> left == 0).isPresent();
        return new Work(BatchResult.NOTHING, Optional.of(to), done, remaining, Optional.empty());
    }
}
