package dev.godwit.migration.testing;

import static dev.godwit.migration.testing.Engine.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.godwit.migration.batch.BatchResult;
import dev.godwit.migration.batch.Batches;
import dev.godwit.migration.batch.Batches.Ended;
import dev.godwit.migration.batch.Batches.Place;
import dev.godwit.migration.batch.Batches.Work;
import dev.godwit.migration.batch.Lane;
import dev.godwit.migration.batch.Operation;
import dev.godwit.migration.batch.RunContext;
import dev.godwit.migration.chunk.ChunkWork.Kind;
import dev.godwit.migration.operation.Outcome;
import dev.godwit.migration.operation.Selection;
import dev.godwit.migration.run.Run;
import dev.godwit.migration.run.RunState;
import dev.godwit.migration.run.SecondLook;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import org.awaitility.Awaitility;

/** A run of {@link Engine}, driven step by step by a test. */
public final class EngineRun {

    private static final Set<RunState> ALL_STATES =
            Set.copyOf(EnumSet.of(RunState.BACKFILLING, RunState.FOLLOWING, RunState.VERIFYING, RunState.PLANNING));

    private final Engine engine;
    private final String id;

    EngineRun(Engine engine, String id) {
        this.engine = engine;
        this.id = id;
    }

    public String id() {
        return id;
    }

    /** The same run worked on by another engine, for instance of another role. */
    public EngineRun by(Engine other) {
        return new EngineRun(other, id);
    }

    /** The run's row. */
    public Run row() {
        return await(engine.runs().find(id)).orElseThrow();
    }

    /** The run's context as a worker has it. */
    public RunContext context() {
        return await(engine.contexts().of(row()));
    }

    /** Groups entities that share a new key, as planning does. */
    void group() {
        long group = 0;
        for (Row row : context().operation().duplicates().map(this::atRoot).orElse(List.of())) {
            group++;
            engine.query(
                    "INSERT INTO godwit.duplicate (run_id, member, group_no) SELECT $1, unnest($2::text[]), $3",
                    id,
                    row.getArrayOfStrings("members"),
                    group);
        }
        engine.query("UPDATE godwit.run SET duplicates = $2 WHERE id = $1", id, group > 0);
    }

    private List<Row> atRoot(String sql) {
        List<Row> rows = new ArrayList<>();
        Operation operation = context().operation();
        await(engine.pool()
                        .withConnection(here ->
                                operation.atRoot(here, there -> there.query(sql).execute())))
                .forEach(rows::add);
        return rows;
    }

    /** Puts the run into a state, as a finished transition would. */
    public void state(RunState state) {
        engine.query("UPDATE godwit.run SET state = $2 WHERE id = $1", id, state.wireName());
    }

    /** Cuts the root into chunks of one block; answers their numbers in the table's order. */
    public List<Integer> cut(Kind kind) {
        return cut(
                (context, generation) -> connection -> engine.chunks().cutRoot(connection, context, kind, generation));
    }

    private interface Cutting {
        Uni<Void> in(SqlConnection connection);
    }

    private List<Integer> cut(BiFunction<RunContext, Integer, Cutting> cutting) {
        String phase = row().phase();
        int generation =
                await(engine.runs().inTransaction(connection -> engine.chunks().begin(connection, id, phase)));
        Cutting cut = cutting.apply(context(), generation);
        await(engine.runs().inTransaction(cut::in));
        return engine
                .query(
                        "SELECT number FROM godwit.chunk WHERE run_id = $1 AND generation = $2 ORDER BY number",
                        id,
                        generation)
                .stream()
                .map(row -> row.getInteger("number"))
                .toList();
    }

    /** One batch of a chunk. */
    public Ended batch(Kind kind, int chunk) {
        return await(next(kind, chunk));
    }

    /** One batch of a chunk, not yet begun. */
    public Uni<Ended> next(Kind kind, int chunk) {
        return engine.chunkWork().next(context(), kind, chunk, 100, 100, true);
    }

    /** Works chunks off, in this order. */
    public void work(Kind kind, List<Integer> chunks) {
        chunks.forEach(chunk -> {
            boolean done = false;
            while (!done) {
                Ended ended = batch(kind, chunk);
                if (!(ended instanceof Ended.Committed committed)) {
                    throw new AssertionError("chunk " + chunk + " was stopped: " + ended);
                }
                done = committed.work().chunkDone();
            }
        });
    }

    /** Backfill over the whole table, then what waits. */
    public void backfill() {
        work(Kind.BACKFILL, cut(Kind.BACKFILL));
        drain();
    }

    /** A plan over the whole table. */
    public void inspect() {
        work(Kind.INSPECT, cut(Kind.INSPECT));
    }

    /** Works off what waits, until nothing does. */
    public void drain() {
        RunContext context = context();
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> {
                    boolean worked = true;
                    while (worked) {
                        worked = await(engine.pendingKeys().drain(context, false));
                    }
                    return pending().isEmpty();
                });
    }

    /** Keys that wait. */
    public List<String> pending() {
        return engine.values("SELECT key FROM godwit.pending_key WHERE run_id = $1 ORDER BY key", id);
    }

    /** Sweeps every table with declared references. */
    public void sweep() {
        work(Kind.SWEEP, cutSweep(Kind.SWEEP));
    }

    /** Cuts every table with declared references into chunks of one block. */
    public List<Integer> cutSweep(Kind kind) {
        return cut((context, generation) -> connection -> engine.chunks()
                .cutSweep(
                        connection,
                        context,
                        kind,
                        generation,
                        context.operation().swept()));
    }

    /** Cuts the one chunk of a rollback. */
    public List<Integer> cutUndo() {
        return cut((context, generation) -> connection -> engine.chunks().cutUndo(connection, context, generation));
    }

    /** Backfill, sweep, and the scan that must find nothing: answers how much it found. */
    public long complete() {
        backfill();
        if (!context().operation().swept().isEmpty()) {
            sweep();
        }
        long before = migrated();
        state(RunState.VERIFYING);
        work(Kind.VERIFY, cut(Kind.VERIFY));
        drain();
        long found = migrated() - before;
        lookAgain();
        return found;
    }

    /** Looks again at what sweeps suspected; answers how much of it was a difference. */
    @CanIgnoreReturnValue
    public long lookAgain() {
        return await(new SecondLook(engine.runs(), engine.batches()).at(context()))
                .found();
    }

    private long migrated() {
        return Long.parseLong(engine.value(
                "SELECT coalesce(sum(migrated + translated), 0)::bigint FROM godwit.stream WHERE run_id = $1", id));
    }

    /** The whole rollback. */
    public void rollback() {
        state(RunState.ROLLING_BACK);
        work(Kind.UNDO, cutUndo());
        if (!context().operation().swept().isEmpty()) {
            work(Kind.UNSWEEP, cutSweep(Kind.UNSWEEP));
        }
    }

    /** Entities by key in one batch of the tail. */
    public BatchResult keys(List<String> keys) {
        return keys(context(), keys);
    }

    /** The same by a worker that looked at the catalog before. */
    public BatchResult keys(RunContext context, List<String> keys) {
        Uni<Void> now = Uni.createFrom().voidItem();
        return ((Ended.Committed) await(keys(context, engine.batches(), ALL_STATES, keys, now, now)))
                .work()
                .result();
    }

    /** Entities by key in one batch of the tail that waits for {@code gate} before it commits. */
    public Uni<Ended> keysLater(List<String> keys, Uni<Void> gate) {
        return keys(
                context(), engine.batches(), ALL_STATES, keys, Uni.createFrom().voidItem(), gate);
    }

    /** The same through other batches, which commit in these states. */
    public Uni<Ended> keys(Batches batches, Set<RunState> states, List<String> keys, Uni<Void> gate) {
        return keys(context(), batches, states, keys, Uni.createFrom().voidItem(), gate);
    }

    /** Entities by key in one batch of the tail that has begun, but waits for {@code gate} before it reads or locks anything. */
    public Uni<Ended> keysAfter(Uni<Void> gate, List<String> keys) {
        return keys(
                context(),
                engine.batches(),
                ALL_STATES,
                keys,
                gate,
                Uni.createFrom().voidItem());
    }

    private static Uni<Ended> keys(
            RunContext context,
            Batches batches,
            Set<RunState> states,
            List<String> keys,
            Uni<Void> before,
            Uni<Void> after) {
        Place place = new Place(Lane.TAIL, "tail-0", Optional.empty(), states);
        return batches.run(
                context, place, opened -> before.chain(() -> context.on(opened).work(new Selection.Keys(keys), false))
                        .call(() -> after)
                        .map(Work::of));
    }

    /** The run's counters by outcome, zeros left out. */
    public Map<String, Long> counts() {
        Row row = engine.query("""
                        SELECT coalesce(sum(migrated), 0)::bigint AS migrated, coalesce(sum(unchanged), 0)::bigint AS unchanged,
                               coalesce(sum(skipped), 0)::bigint AS skipped, coalesce(sum(conflict), 0)::bigint AS conflict,
                               coalesce(sum(failed), 0)::bigint AS failed, coalesce(sum(reverted), 0)::bigint AS reverted,
                               coalesce(sum(diverged), 0)::bigint AS diverged
                          FROM godwit.stream
                         WHERE run_id = $1
                        """, id).get(0);
        Map<String, Long> counts = new LinkedHashMap<>();
        for (int i = 0; i < row.size(); i++) {
            if (row.getLong(i) != 0) {
                counts.put(row.getColumnName(i), row.getLong(i));
            }
        }
        groupsMustAddUpTo(counts);
        return counts;
    }

    /** Where the definition groups by something, no entity is in two groups or in none. */
    private void groupsMustAddUpTo(Map<String, Long> counts) {
        if (context().definition().summary().isEmpty()) {
            return;
        }
        Map<String, Long> sum = new TreeMap<>();
        groups().values()
                .forEach(group -> group.forEach((outcome, count) -> {
                    assertThat(count).as("%s of %s", outcome, groups()).isPositive();
                    sum.merge(outcome, count, Long::sum);
                }));
        assertThat(sum).as("groups %s", groups()).isEqualTo(new TreeMap<>(counts));
    }

    /** What whoever has the run's events alone knows of its groups: counts by outcome, zeros left out, by the JSON of the values. */
    public Map<String, Map<String, Long>> groups() {
        Map<String, Map<String, Long>> groups = new TreeMap<>();
        engine.events("godwit.outcomes").stream()
                .filter(event -> event.getString("run").equals(id))
                .filter(event -> event.containsKey("groups"))
                .flatMap(event -> event.getJsonObject("groups").getJsonArray("changes").stream())
                .map(JsonObject.class::cast)
                .forEach(change -> change.getJsonObject("counts").forEach(count -> groups.computeIfAbsent(
                                String.valueOf(change.getJsonArray("values")), values -> new TreeMap<>())
                        .merge(count.getKey(), ((Number) count.getValue()).longValue(), Long::sum)));
        groups.values().forEach(counts -> counts.values().removeIf(count -> count == 0));
        groups.values().removeIf(Map::isEmpty);
        return groups;
    }

    /** All outcomes told by the run's events. */
    public List<JsonObject> outcomes() {
        List<JsonObject> outcomes = new ArrayList<>();
        engine.events("godwit.outcomes").stream()
                .filter(event -> event.getString("run").equals(id))
                .forEach(event -> event.getJsonArray("outcomes").forEach(item -> outcomes.add((JsonObject) item)));
        return outcomes;
    }

    /** The outcomes as {@code key -> newKey outcome reason}, sorted. */
    public List<String> story() {
        return outcomes().stream()
                .map(o -> o.getString("key") + " -> " + o.getString("newKey") + " " + o.getString("outcome") + " "
                        + o.getString("reason"))
                .sorted()
                .toList();
    }

    /** The same for a result in hand. */
    public static List<String> story(BatchResult result) {
        return result.outcomes().stream().map(EngineRun::line).sorted().toList();
    }

    private static String line(Outcome o) {
        return o.key() + " -> " + o.newKey().orElse(null) + " " + o.kind().wireName() + " "
                + o.reason().orElse(null);
    }
}
