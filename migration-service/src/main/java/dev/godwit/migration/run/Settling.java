package dev.godwit.migration.run;

import dev.godwit.migration.batch.RunContext;
import dev.godwit.migration.clock.Steady;
import dev.godwit.migration.pace.Pacing;
import dev.godwit.migration.tail.HeardDatabases;
import dev.godwit.migration.tail.PendingKeys;
import dev.godwit.migration.tail.SlotReaders;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** What a run waits for before it goes on: chunks that are done, keys that are worked off, and the proof that nothing is under way. */
@ApplicationScoped
class Settling {

    private static final Duration DRAIN_FOR = Duration.ofSeconds(2);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);
    private static final int REMEMBERED_MAX = 1000;

    private static final String SET_PROOF = """
            UPDATE godwit.run
               SET proof = $2
             WHERE id = $1
            """;

    private static final String LOST = """
            UPDATE godwit.run
               SET rescan = true, proof = NULL
             WHERE id = $1
            """;

    /** Most of the time no key waits, and to see that takes no batch. */
    private static final String WAITING = """
            SELECT EXISTS (SELECT FROM godwit.pending_key
                            WHERE run_id = $1
                              AND command_id IS NOT NULL
                              AND not_before <= clock_timestamp()) AS requested,
                   EXISTS (SELECT FROM godwit.pending_key
                            WHERE run_id = $1
                              AND command_id IS NULL
                              AND not_before <= clock_timestamp()) AS others
            """;

    private static final String PENDING = "SELECT EXISTS (SELECT FROM godwit.pending_key WHERE run_id = $1) AS pending";

    private final Runs runs;
    private final RunContexts contexts;
    private final Chunks chunks;
    private final PendingKeys pendingKeys;
    private final CaughtUp caughtUp;
    private final HeardDatabases databases;
    private final SlotReaders readers;
    private final Pacing pacing;
    private final Map<String, Instant> looked = new ConcurrentHashMap<>();

    @Inject
    Settling(
            Runs runs,
            RunContexts contexts,
            Chunks chunks,
            PendingKeys pendingKeys,
            CaughtUp caughtUp,
            HeardDatabases databases,
            SlotReaders readers,
            Pacing pacing) {
        this.runs = runs;
        this.contexts = contexts;
        this.chunks = chunks;
        this.pendingKeys = pendingKeys;
        this.caughtUp = caughtUp;
        this.databases = databases;
        this.readers = readers;
        this.pacing = pacing;
    }

    /** Goes on once every chunk of the run's generation is done; until then, chunks that nobody works on are queued again. */
    Uni<Void> whenChunksAreDone(Run run, Supplier<Uni<Void>> then) {
        return chunks.open(run.id(), run.generation())
                .chain(open -> open == 0 ? then.get() : chunks.sweepIdle(run.id(), run.generation()));
    }

    /** Works off waiting keys for a while, requests first: somebody waits for the answer. They wait on while a signal is beyond its hard limit. */
    Uni<Void> drain(Run run) {
        return pacing.isBeyondLimit(run.id()) ? Uni.createFrom().voidItem() : drainReady(run);
    }

    private Uni<Void> drainReady(Run run) {
        return runs.execute(WAITING, run.id())
                .map(rows -> rows.iterator().next())
                .chain(waiting -> drainRequests(run, waiting.getBoolean("requested"))
                        .chain(() -> drainOthers(run, waiting.getBoolean("others"))));
    }

    private Uni<Void> drainRequests(Run run, boolean waiting) {
        return waiting
                ? contexts.of(run).chain(context -> drain(context, true))
                : Uni.createFrom().voidItem();
    }

    private Uni<Void> drainOthers(Run run, boolean waiting) {
        return waiting || isLookDue(run)
                ? contexts.of(run).chain(context -> drain(context, false)).invoke(() -> noteLook(run))
                : Uni.createFrom().voidItem();
    }

    /**
     * A batch that finds nothing to do finds out all the same that a table was changed, also where nobody writes any more. One that failed was no look: what keeps the run from its next
     * step must not seem to be over because nobody asks.
     */
    private boolean isLookDue(Run run) {
        Instant last = looked.get(run.id());
        return last == null || !Steady.now().isBefore(last.plus(LOOK_EVERY));
    }

    private void noteLook(Run run) {
        if (looked.size() > REMEMBERED_MAX) {
            looked.clear();
        }
        looked.put(run.id(), Steady.now());
    }

    private Uni<Void> drain(RunContext context, boolean requested) {
        Instant until = Steady.now().plus(DRAIN_FOR);
        return Multi.createBy()
                .repeating()
                .uni(() -> pendingKeys.drain(context, requested))
                .whilst(worked -> worked && Steady.now().isBefore(until) && !pacing.isBeyondLimit(context.runId()))
                .onItem()
                .ignoreAsUni();
    }

    /** Whether no key waits for the run. */
    Uni<Boolean> nothingPending(Run run) {
        return runs.execute(PENDING, run.id())
                .map(rows -> !rows.iterator().next().getBoolean("pending"));
    }

    /** Goes on once it is proved that everything written before the proof began has been applied, and no key waits; what is missing then is lost, and asks for a scan. */
    Uni<Void> whenCaughtUp(Run run, Supplier<Uni<Void>> then) {
        return contexts.of(run)
                .chain(context -> whenCaughtUp(run, context.operation().root().source(), then));
    }

    private Uni<Void> whenCaughtUp(Run run, Optional<String> source, Supplier<Uni<Void>> then) {
        if (run.proof().isEmpty()) {
            return caughtUp.begin(source)
                    .chain(proof -> runs.execute(SET_PROOF, run.id(), proof))
                    .replaceWithVoid();
        }
        JsonObject proof = run.proof().get();
        return caughtUp.proceed(source, proof, run.firstHeartbeat()).chain(verdict -> switch (verdict) {
            case CAUGHT_UP -> whenNothingIsPending(run, then);
            case NOT_YET -> runs.execute(SET_PROOF, run.id(), proof).chain(() -> mustBeRead(source));
            case LOST -> runs.execute(LOST, run.id()).replaceWithVoid();
        });
    }

    /** Fails while nobody reads the slot through which the run hears of changes. */
    Uni<Void> mustHear(Run run) {
        return contexts.of(run)
                .chain(context -> mustBeRead(context.operation().root().source()));
    }

    private Uni<Void> mustBeRead(Optional<String> source) {
        return Uni.createFrom().deferred(() -> readers.mustRead(databases.of(source)));
    }

    /** The tail may have put keys aside while the proof was made: they are worked off first. */
    private Uni<Void> whenNothingIsPending(Run run, Supplier<Uni<Void>> then) {
        return nothingPending(run)
                .chain(idle -> idle ? then.get() : Uni.createFrom().voidItem());
    }
}
