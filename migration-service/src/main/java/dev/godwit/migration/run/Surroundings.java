package dev.godwit.migration.run;

import dev.godwit.migration.batch.RunContext;
import dev.godwit.migration.constraint.CheckSwap;
import dev.godwit.migration.constraint.Violations;
import dev.godwit.migration.functions.FunctionSchema;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.Optional;
import java.util.function.BiFunction;

/** What a run changes around the rows, and takes back: its share of the publication, functions that it installed, a check constraint that follows the rows. */
@ApplicationScoped
class Surroundings {

    private final Runs runs;
    private final Capture capture;

    @Inject
    Surroundings(Runs runs, Capture capture) {
        this.runs = runs;
        this.capture = capture;
    }

    /** Whether a constraint waits for the last row; a run of a part of the entities never sees it. */
    static boolean hasConstraint(Run run, RunContext context) {
        return !run.isPartial() && context.operation().constraint().isPresent();
    }

    /** Demands the new form of what is written from now on, unless rows stand in the way, which are answered. */
    Uni<Optional<Violations>> narrow(RunContext context) {
        return withConstraint(context, (swap, connection) -> swap.narrow(connection, context.runId()))
                .map(found -> found.filter(rows -> !rows.isEmpty()));
    }

    /**
     * Checks the new form for all rows; answers the rows that do not comply, and then demands it no more. None answered although there were some: they have changed since,
     * and it is to be checked again. Takes as long as reading the table does, and lets others write.
     */
    Uni<Optional<Violations>> validate(RunContext context) {
        return validate(context, false, CheckSwap::narrow);
    }

    private Uni<Optional<Violations>> validate(RunContext context, boolean back, Look look) {
        return withConstraint(context, (swap, connection) -> swap.validate(connection, context.runId(), back))
                .map(done -> Optional.<Violations>empty())
                .onFailure(CheckSwap::isViolation)
                .recoverWithUni(failure ->
                        withConstraint(context, (swap, connection) -> swap.giveUp(connection, context.runId())
                                .chain(() -> look.in(swap, connection, context.runId()))));
    }

    /** How rows are looked for that stand in the way. */
    private interface Look {
        Uni<Violations> in(CheckSwap swap, SqlConnection connection, String run);
    }

    /** Allows both forms again, before rows are restored; joins the caller's transaction. */
    Uni<Void> reopen(SqlConnection connection, RunContext context) {
        return context.operation()
                .constraint()
                .map(swap -> swap.reopen(connection, context.runId()))
                .orElseGet(() -> Uni.createFrom().voidItem());
    }

    /** Demands the former form again, and checks it for all rows, unless rows stand in the way, which are answered. */
    Uni<Optional<Violations>> restore(RunContext context) {
        return withConstraint(context, (swap, connection) -> swap.narrowBack(connection, context.runId()))
                .map(found -> found.filter(rows -> !rows.isEmpty()))
                .chain(found -> found.isPresent()
                        ? Uni.createFrom().item(found)
                        : validate(context, true, CheckSwap::narrowBack));
    }

    private <T> Uni<Optional<T>> withConstraint(RunContext context, BiFunction<CheckSwap, SqlConnection, Uni<T>> work) {
        return context.operation()
                .constraint()
                .map(swap -> runs.inTransaction(connection -> work.apply(swap, connection))
                        .map(Optional::ofNullable))
                .orElseGet(() -> Uni.createFrom().item(Optional.empty()));
    }

    /** With the end of a run: what was prepared of the constraint is made final, and what only a run at work needs is taken away; joins the caller's transaction. */
    Uni<Void> close(SqlConnection connection, RunContext context, RunState end) {
        Uni<Void> constraint = context.operation()
                .constraint()
                .map(swap -> end == RunState.CANCELLED
                        ? swap.giveUp(connection, context.runId())
                        : swap.close(connection, context.runId(), end == RunState.ROLLED_BACK))
                .orElseGet(() -> Uni.createFrom().voidItem());
        return constraint
                .chain(() -> FunctionSchema.releaseFor(connection, context.runId()))
                .chain(() -> capture.close(connection, context));
    }
}
