package dev.godwit.migration.run;

import dev.godwit.migration.batch.BatchResult;
import dev.godwit.migration.batch.Batches;
import dev.godwit.migration.batch.Batches.Ended;
import dev.godwit.migration.batch.Batches.Opened;
import dev.godwit.migration.batch.Batches.Place;
import dev.godwit.migration.batch.Batches.Work;
import dev.godwit.migration.batch.Lane;
import dev.godwit.migration.batch.RunContext;
import dev.godwit.migration.batch.Suspects;
import dev.godwit.migration.batch.Suspects.Found;
import dev.godwit.migration.clock.Steady;
import dev.godwit.migration.operation.OutcomeKind;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/**
 * Looks once more at what a verifying scan suspected to have been missed, once everything that was written before has been applied: whatever was merely under way is in
 * order by then, however busy the application is.
 */
@ApplicationScoped
public class SecondLook {

    private static final int BATCH_MAX = 500;
    private static final Duration LOOK_FOR = Duration.ofSeconds(2);
    private static final Place PLACE =
            new Place(Lane.VERIFY, "suspects", Optional.empty(), EnumSet.of(RunState.VERIFYING));

    private final Runs runs;
    private final Batches batches;

    @Inject
    public SecondLook(Runs runs, Batches batches) {
        this.runs = runs;
        this.batches = batches;
    }

    /** Suspects nobody any more; joins the caller's transaction. */
    Uni<Void> forget(SqlConnection connection, String runId) {
        return new Suspects(connection, runId).clear();
    }

    /** Looks at suspects for a while; answers how far it is. To be called only while everything older than the suspicion is known to have been applied. */
    public Uni<Found> at(RunContext run) {
        return found(run)
                .chain(suspects -> suspects.open() == 0
                        ? Uni.createFrom().item(suspects)
                        : batches(run).chain(() -> found(run)));
    }

    private Uni<Found> found(RunContext run) {
        return runs.inTransaction(connection -> new Suspects(connection, run.runId()).found());
    }

    private Uni<Void> batches(RunContext run) {
        Instant until = Steady.now().plus(LOOK_FOR);
        return Multi.createBy()
                .repeating()
                .uni(() -> batch(run))
                .whilst(looked -> looked && Steady.now().isBefore(until))
                .onItem()
                .ignoreAsUni();
    }

    private Uni<Boolean> batch(RunContext run) {
        boolean[] looked = {false};
        return batches.run(run, PLACE, opened -> new Suspects(opened.connection(), run.runId())
                        .take(BATCH_MAX)
                        .chain(keys -> {
                            looked[0] = !keys.isEmpty();
                            return keys.isEmpty()
                                    ? Uni.createFrom().item(BatchResult.NOTHING)
                                    : look(run, opened, keys);
                        })
                        .map(Work::of))
                .map(ended -> looked[0] && ended instanceof Ended.Committed);
    }

    private static Uni<BatchResult> look(RunContext run, Opened opened, List<String> keys) {
        return run.on(opened).lookAgain(keys).call(result -> new Suspects(opened.connection(), run.runId())
                .judged(keys, missed(result)));
    }

    private static List<String> missed(BatchResult result) {
        return result.outcomes().stream()
                .filter(outcome -> outcome.kind() == OutcomeKind.MIGRATED)
                .flatMap(outcome -> outcome.formerKeys().stream())
                .toList();
    }
}
