package dev.godwit.migration.chunk;

import dev.godwit.migration.batch.AnotherDatabaseException;
import dev.godwit.migration.batch.Batches.Ended;
import dev.godwit.migration.batch.ChangedTablesException;
import dev.godwit.migration.batch.LeaseTakenException;
import dev.godwit.migration.batch.RunContext;
import dev.godwit.migration.clock.Steady;
import dev.godwit.migration.ending.Ending;
import dev.godwit.migration.pace.BatchSizer;
import dev.godwit.migration.pace.Pacing;
import dev.godwit.migration.pace.Terms;
import dev.godwit.migration.run.GodwitConfig;
import dev.godwit.migration.run.RunContexts;
import dev.godwit.migration.run.Runs;
import dev.godwit.migration.run.Troubles;
import dev.godwit.migration.sql.ErrorClass;
import dev.godwit.migration.sql.PgErrors;
import dev.godwit.migration.telemetry.Spans;
import dev.godwit.migration.telemetry.Traceparent;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.jboss.logging.Logger;

/**
 * Takes chunks from the work queue and works them off, batch by batch.
 *
 * <p>A message is worked on for a bounded time; the remainder is put back, that is awaited, and only then is the message acknowledged. So Kafka never waits, runs
 * share the workers fairly, and a worker that is killed costs a batch.
 */
@ApplicationScoped
public class ChunkWorker {

    private static final Logger LOG = Logger.getLogger(ChunkWorker.class);
    private static final Duration BACK_OFF = Duration.ofMillis(40);
    private static final int ATTEMPTS_MAX = 12;
    private static final int SIZERS_MAX = 256;

    private static final String CHUNK = """
            SELECT c.kind, c.state, c.epoch, r.pace, r.max_rate, r.only_between, coalesce(greatest(t.reltuples, 0) / greatest(t.relpages, 1), 0) AS density
              FROM godwit.chunk AS c
              JOIN godwit.run AS r ON r.id = c.run_id
              LEFT JOIN pg_class AS t ON t.oid = c.relation_oid AND strpos(c.relation, ':') = 0
             WHERE c.run_id = $1
               AND c.number = $2
            """;

    /** Without a flush: a run that gives way to a busy disk must not add to its work by waiting. A message whose epoch was lost with a crash is not stale. */
    private static final String NEXT_EPOCH = """
            UPDATE godwit.chunk
               SET epoch = epoch + 1, touched_at = clock_timestamp()
             WHERE run_id = $1
               AND number = $2
               AND state = 'open'
               AND set_config('synchronous_commit', 'off', true) = 'off'
            RETURNING epoch
            """;

    private final Runs runs;
    private final RunContexts contexts;
    private final ChunkWork work;
    private final ChunkQueue queue;
    private final Pacing pacing;
    private final Troubles troubles;
    private final GodwitConfig config;
    private final Spans spans;
    private final Ending ending;
    private final Map<String, BatchSizer> sizers = new ConcurrentHashMap<>();

    @Inject
    public ChunkWorker(
            Runs runs,
            RunContexts contexts,
            ChunkWork work,
            ChunkQueue queue,
            Pacing pacing,
            Troubles troubles,
            GodwitConfig config,
            Spans spans,
            Ending ending) {
        this.runs = runs;
        this.contexts = contexts;
        this.work = work;
        this.queue = queue;
        this.pacing = pacing;
        this.troubles = troubles;
        this.config = config;
        this.spans = spans;
        this.ending = ending;
    }

    /** How far the work on one message has come. */
    private static final class Progress {
        private final Instant deadline;
        private final Terms terms;
        private Duration owed = Duration.ZERO;
        private boolean expectWork;
        private double rowsPerBlock;
        private int failures;
        private long batches;
        private long outcomes;
        private boolean over;
        private boolean giveBack;

        Progress(Instant deadline, Terms terms, double rowsPerBlock) {
            this.deadline = deadline;
            this.terms = terms;
            this.rowsPerBlock = rowsPerBlock;
        }
    }

    /**
     * Works on one chunk for a while. Never fails: what could not be done is noticed by the sweeper and queued again. An instance that ends leaves the message with the broker, or gives the
     * chunk back after the batch in hand.
     */
    @Incoming("chunks")
    public Uni<Void> on(ConsumerRecord<String, String> message) {
        Optional<ChunkMessage> parsed = ChunkMessage.parse(message);
        if (parsed.isEmpty()) {
            LOG.warnf("The work queue holds a message that names no chunk; it is left out");
            return Uni.createFrom().voidItem();
        }
        return ending.whileInHand(() -> workOn(parsed.get()))
                .onFailure()
                .invoke(failure -> LOG.warnf(
                        "Chunk %d of run %s is left for later: %s",
                        parsed.get().chunk(), parsed.get().run(), PgErrors.describe(failure)))
                .onFailure()
                .recoverWithUni(() ->
                        ending.hasBegun() ? Ending.left() : Uni.createFrom().voidItem());
    }

    private Uni<Void> workOn(ChunkMessage message) {
        return runs.find(message.run()).chain(run -> {
            if (run.isEmpty() || run.get().state().isTerminal()) {
                return Uni.createFrom().voidItem();
            }
            return contexts.of(run.get()).chain(context -> runs.execute(CHUNK, message.run(), message.chunk())
                    .chain(rows -> rows.size() == 0
                            ? Uni.createFrom().voidItem()
                            : workOff(
                                    context,
                                    message,
                                    run.get().traceparent(),
                                    rows.iterator().next())));
        });
    }

    /**
     * What the run obeyed last is the parent, not what its message was sent for: a run that was resumed meanwhile works for whoever resumed it. A message that finds nothing to
     * do has no span.
     */
    private Uni<Void> workOff(RunContext run, ChunkMessage message, Optional<String> parent, Row chunk) {
        ChunkWork.Kind kind = ChunkWork.Kind.ofWireName(chunk.getString("kind"));
        Progress progress = new Progress(
                Steady.now().plus(config.batch().messageTime()), Terms.fromRow(chunk), chunk.getDouble("density"));
        boolean stale = message.epoch() < chunk.getInteger("epoch");
        progress.over = stale || "done".equals(chunk.getString("state"));
        return progress.over
                ? workOff(run, message, kind, progress)
                : spans.within(working(run, message, kind, parent), span -> workOff(
                                run.within(Traceparent.of(span)), message, kind, progress)
                        .onTermination()
                        .invoke(() -> note(progress, span)));
    }

    private SpanBuilder working(RunContext run, ChunkMessage message, ChunkWork.Kind kind, Optional<String> parent) {
        SpanBuilder span = Spans.ofMessage(
                        spans.part("process godwit.chunks", SpanKind.CONSUMER, parent), "godwit.chunks")
                .setAttribute("godwit.run", run.runId())
                .setAttribute("godwit.migration", run.migration())
                .setAttribute("godwit.chunk", message.chunk())
                .setAttribute("godwit.chunk.kind", kind.wireName())
                .setAttribute("godwit.chunk.epoch", message.epoch());
        return message.traceparent().equals(parent) ? span : Spans.link(span, message.traceparent());
    }

    private static void note(Progress progress, Span span) {
        span.setAttribute("godwit.batches", progress.batches)
                .setAttribute("godwit.outcomes", progress.outcomes)
                .setAttribute("godwit.chunk.given.back", progress.giveBack);
    }

    private Uni<Void> workOff(RunContext run, ChunkMessage message, ChunkWork.Kind kind, Progress progress) {
        return Multi.createBy()
                .repeating()
                .uni(() -> step(run, message, kind, progress))
                .whilst(ignored -> !progress.over)
                .onItem()
                .ignoreAsUni()
                .chain(() -> pacing.settle(run.runId(), progress.owed))
                .chain(() ->
                        progress.giveBack ? giveBack(message) : Uni.createFrom().voidItem());
    }

    private Uni<Boolean> step(RunContext run, ChunkMessage message, ChunkWork.Kind kind, Progress progress) {
        if (progress.over) {
            return Uni.createFrom().item(true);
        }
        if (ending.hasBegun() || Steady.now().isAfter(progress.deadline)) {
            progress.over = true;
            progress.giveBack = true;
            return Uni.createFrom().item(true);
        }
        BatchSizer sizer = sizer(run);
        Terms terms = pacing.terms(run.runId(), progress.terms);
        sizer.aimAt(pacing.transactionTime(terms));
        Pacing.Wish wish = new Pacing.Wish(sizer.next(), kind.isCounted(), sizer::expected);
        return pacing.turn(run.runId(), terms, wish, progress.owed)
                .chain(turn -> inTurn(run, message, kind, progress, turn))
                .replaceWith(true)
                .onFailure()
                .recoverWithUni(failure -> overcome(run, message, kind, progress, failure));
    }

    /** A batch that fails has taken its time all the same, but for what it waited for locks. */
    private Uni<Void> inTurn(
            RunContext run, ChunkMessage message, ChunkWork.Kind kind, Progress progress, Pacing.Turn turn) {
        progress.owed = turn.owed();
        if (turn.answer() != Pacing.Answer.BEGIN || ending.hasBegun()) {
            progress.over = true;
            progress.giveBack = turn.answer() != Pacing.Answer.LEAVE;
            return Uni.createFrom().voidItem();
        }
        long started = System.nanoTime();
        return work.next(run, kind, message.chunk(), turn.entities(), progress.rowsPerBlock, progress.expectWork)
                .onFailure()
                .invoke(failure -> progress.owed = turn.owedAfter(0, worked(run, progress, failure, since(started))))
                .invoke(ended -> {
                    Duration took = since(started);
                    progress.owed = turn.owedAfter(outcomes(ended), took);
                    note(ended, sizer(run), took, progress);
                })
                .chain(() -> troubles.over(run.runId(), message.chunk()));
    }

    /** Who waited in vain for a lock used no more of a processor meanwhile than a batch that works. */
    private Duration worked(RunContext run, Progress progress, Throwable failure, Duration took) {
        Duration atWork = pacing.transactionTime(pacing.terms(run.runId(), progress.terms));
        return PgErrors.isContended(failure) && took.compareTo(atWork) > 0 ? atWork : took;
    }

    private static Duration since(long started) {
        return Duration.ofNanos(System.nanoTime() - started);
    }

    private static int outcomes(Ended ended) {
        return ended instanceof Ended.Committed committed
                ? committed.work().result().outcomes().size()
                : 0;
    }

    private static void note(Ended ended, BatchSizer sizer, Duration took, Progress progress) {
        if (ended instanceof Ended.Stopped) {
            progress.over = true;
            return;
        }
        Ended.Committed committed = (Ended.Committed) ended;
        int read = committed.work().result().read();
        boolean wrote = committed.work().result().wrote();
        sizer.took(read, took);
        progress.batches++;
        progress.outcomes += outcomes(ended);
        progress.failures = 0;
        progress.expectWork = wrote;
        progress.over = committed.work().chunkDone();
        committed.chunk().ifPresent(chunk -> {
            long blocks = committed.work().cursor().orElse(chunk.cursor()) - chunk.cursor();
            if (blocks > 0) {
                progress.rowsPerBlock = read > 0 ? (double) read / blocks : Math.max(1, progress.rowsPerBlock);
            }
        });
    }

    private Uni<Boolean> overcome(
            RunContext run, ChunkMessage message, ChunkWork.Kind kind, Progress progress, Throwable failure) {
        if (ends(run, progress, failure)) {
            return Uni.createFrom().item(true);
        }
        ErrorClass error = PgErrors.classify(failure);
        BatchSizer sizer = sizer(run);
        progress.failures++;
        LOG.debugf(
                "Run %s chunk %d: attempt %d failed: %s",
                run.runId(), message.chunk(), progress.failures, PgErrors.describe(failure));
        if (PgErrors.isTimeout(failure) || error == ErrorClass.DATA || error == ErrorClass.OTHER) {
            sizer.timedOut();
        }
        boolean smallest = sizer.next() <= Math.max(1, progress.rowsPerBlock);
        boolean hopeless = error == ErrorClass.DATA || error == ErrorClass.OTHER;
        boolean inVain = error == ErrorClass.STATEMENT && endsTheRun(kind);
        if (inVain || (hopeless && smallest) || (error == ErrorClass.CONTENTION && progress.failures >= ATTEMPTS_MAX)) {
            progress.failures = 0;
            return setAside(run, message, kind, progress, failure);
        }
        int patience = error == ErrorClass.STATEMENT ? ATTEMPTS_MAX : progress.failures;
        return troubles.noted(run.runId(), message.chunk(), failure).chain(() -> pause(patience));
    }

    /** Whether the chunk is no longer this worker's: its heap is another one, or somebody else works on it, or the database is another. */
    private static boolean ends(RunContext run, Progress progress, Throwable failure) {
        if (failure instanceof ChangedTablesException) {
            LOG.infof("Run %s: %s; the remainder is cut anew", run.runId(), failure.getMessage());
            progress.over = true;
        }
        if (failure instanceof LeaseTakenException || failure instanceof AnotherDatabaseException) {
            progress.over = true;
        }
        return progress.over;
    }

    /** A range that no batch gets through with is got past row by row; a plan, and a rollback's batch that cannot be undone as a whole, end the run's work with the reason. */
    private Uni<Boolean> setAside(
            RunContext run, ChunkMessage message, ChunkWork.Kind kind, Progress progress, Throwable failure) {
        LOG.infof(
                "Run %s chunk %d: entities are put aside to be tried one by one: %s",
                run.runId(), message.chunk(), PgErrors.describe(failure));
        if (!endsTheRun(kind)) {
            return work.isolate(run, kind, message.chunk())
                    .invoke(ended -> note(ended, sizer(run), Duration.ZERO, progress))
                    .call(() -> troubles.over(run.runId(), message.chunk()))
                    .replaceWith(true)
                    .onFailure()
                    .recoverWithUni(again -> ends(run, progress, again)
                            ? Uni.createFrom().item(true)
                            : troubles.notGotPast(run.runId(), message.chunk(), again)
                                    .chain(() -> pause(ATTEMPTS_MAX)));
        }
        progress.over = true;
        return runs.fail(run.runId(), PgErrors.describe(failure)).replaceWith(true);
    }

    private static boolean endsTheRun(ChunkWork.Kind kind) {
        return kind == ChunkWork.Kind.INSPECT || kind == ChunkWork.Kind.UNDO;
    }

    private static Uni<Boolean> pause(int failures) {
        long factor = Math.min(failures, 10);
        long jitter = ThreadLocalRandom.current().nextLong(BACK_OFF.toMillis());
        Duration wait = BACK_OFF.multipliedBy(factor).plusMillis(jitter);
        return Uni.createFrom().item(true).onItem().delayIt().by(wait);
    }

    private Uni<Void> giveBack(ChunkMessage message) {
        return runs.execute(NEXT_EPOCH, message.run(), message.chunk())
                .chain(rows -> rows.size() == 0
                        ? Uni.createFrom().voidItem()
                        : queue.put(new ChunkMessage(
                                message.run(),
                                message.chunk(),
                                rows.iterator().next().getInteger("epoch"),
                                message.traceparent())));
    }

    private BatchSizer sizer(RunContext run) {
        if (sizers.size() > SIZERS_MAX) {
            sizers.clear();
        }
        return sizers.computeIfAbsent(
                run.runId(),
                id -> new BatchSizer(config.batch().target(), config.batch().entitiesMax()));
    }
}
