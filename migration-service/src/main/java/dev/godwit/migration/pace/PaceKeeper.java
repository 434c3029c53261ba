package dev.godwit.migration.pace;

import dev.godwit.migration.pace.SignalReader.Readings;
import dev.godwit.migration.run.Chunks;
import dev.godwit.migration.sql.PgErrors;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Decides how fast runs at work may go, round after round, and tells the workers of this instance. Whichever instance comes first decides for all; the others take it over.
 *
 * <p>Failure semantics: a round that fails is logged and the next one tries again; workers slow down by themselves when nobody decides any more.
 */
@ApplicationScoped
public class PaceKeeper {

    private static final Logger LOG = Logger.getLogger(PaceKeeper.class);

    /** A database that answers nothing must not keep later rounds from coming. */
    private static final Duration ROUND_MAX = Duration.ofSeconds(10);

    private final PaceStore store;
    private final PaceBoard board;
    private final SignalReader reader;
    private final Signals signals;
    private final PaceConfig config;
    private final Chunks chunks;
    private final PaceMetrics metrics;

    @Inject
    PaceKeeper(
            PaceStore store,
            PaceBoard board,
            SignalReader reader,
            Signals signals,
            PaceConfig config,
            Chunks chunks,
            PaceMetrics metrics) {
        this.store = store;
        this.board = board;
        this.reader = reader;
        this.signals = signals;
        this.config = config;
        this.chunks = chunks;
        this.metrics = metrics;
    }

    @Scheduled(every = "${godwit.pace.every:1s}", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    Uni<Void> look() {
        return round().ifNoItem()
                .after(ROUND_MAX)
                .fail()
                .onFailure()
                .invoke(failure -> LOG.warnf("The pace of runs is not decided now: %s", PgErrors.describe(failure)))
                .onFailure()
                .recoverWithItem((Void) null);
    }

    /** Reads the signals and decides for every run at work that nobody has decided for just now. */
    Uni<Void> round() {
        return store.working(config.every()).chain(working -> {
            board.post(working.stream().collect(Collectors.toMap(WorkingRun::id, WorkingRun::posted)));
            metrics.keepOnly(working.stream().map(WorkingRun::id).collect(Collectors.toSet()));
            List<WorkingRun> due = working.stream().filter(WorkingRun::due).toList();
            return due.isEmpty()
                    ? Uni.createFrom().voidItem()
                    : reader.read(due).chain(readings -> decideAll(working, due, readings));
        });
    }

    private Uni<Void> decideAll(List<WorkingRun> working, List<WorkingRun> due, Readings readings) {
        Map<String, PaceBoard.Posted> posted = new HashMap<>();
        working.forEach(run -> posted.put(run.id(), run.posted()));
        int sharers =
                (int) Math.max(1, working.stream().filter(WorkingRun::isShared).count());
        metrics.read(readings.server());
        return Multi.createFrom()
                .iterable(due)
                .onItem()
                .transformToUniAndConcatenate(run -> decide(run, sharers, readings, posted))
                .onItem()
                .ignoreAsUni()
                .invoke(() -> board.post(posted));
    }

    private Uni<Void> decide(WorkingRun run, int sharers, Readings readings, Map<String, PaceBoard.Posted> posted) {
        Terms terms = run.posted().terms();
        Duration every = run.every(config.every());
        List<Reading> read = readings.of(run.id(), signals.find(BuiltInSignal.VACUUM));
        return store.decide(
                        run.id(),
                        every,
                        sharers,
                        json(read),
                        (before, now) -> run.follows()
                                ? Controller.follow(before, read, now)
                                : Controller.decide(before, terms.level(), terms.window(), read, now))
                .call(found -> found.filter(PaceStore.Decided::goesOn)
                        .map(decided -> chunks.enqueue(run.id(), run.generation()))
                        .orElseGet(() -> Uni.createFrom().voidItem()))
                .invoke(found -> found.ifPresent(decided -> {
                    metrics.decided(run.id(), decided.state());
                    posted.put(
                            run.id(),
                            new PaceBoard.Posted(terms, decided.state().stopped(), decided.held()));
                }))
                .replaceWithVoid();
    }

    /** As REST shows them. */
    static JsonArray json(List<Reading> readings) {
        JsonArray list = new JsonArray();
        readings.forEach(reading -> list.add(new JsonObject()
                .put("name", reading.signal().name())
                .put("unit", reading.signal().unit())
                .put(
                        "value",
                        reading.value().isPresent() ? rounded(reading.value().getAsDouble()) : null)
                .put("soft", rounded(reading.signal().soft()))
                .put("hard", rounded(reading.signal().hard()))
                .put("standing", reading.standing().wireName())
                .put("detail", reading.unknown().orElse(null))));
        return list;
    }

    private static double rounded(double value) {
        return Math.rint(value * 1000) / 1000;
    }
}
