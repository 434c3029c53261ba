package dev.godwit.migration.run;

import dev.godwit.migration.alias.Aliases;
import dev.godwit.migration.batch.RunContext;
import dev.godwit.migration.catalog.CatalogException;
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
    private final RunContexts contexts;
    private final Capture capture;

    @Inject
    Surroundings(Runs runs, RunContexts contexts, Capture capture) {
        this.runs = runs;
        this.contexts = contexts;
        this.capture = capture;
    }

    /** Whether a constraint waits for the last row; a run of a part of the entities never sees that one, and a run that goes on listening has not seen it yet. */
    static boolean hasConstraint(Run run, RunContext context) {
        return !run.isPartial()
                && !run.followsOn()
                && context.operation().constraint().isPresent();
    }

    /** The run's context, unless its tables are gone: whoever cancels such a run must be able to. */
    Uni<Optional<RunContext>> known(Run run) {
        return contexts.of(run)
                .map(Optional::of)
                .onFailure(CatalogException.class)
                .recoverWithItem(Optional.empty());
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

    /** Before the first batch: old keys go on working where children are inserted. */
    static Uni<Void> makeAliases(SqlConnection connection, RunContext context) {
        return context.operation()
                .aliases()
                .filter(aliases -> context.commit())
                .map(aliases -> aliases.make(connection, context.runId(), context.serial()))
                .orElseGet(() -> Uni.createFrom().voidItem());
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
                .map(swap -> runs.inTransaction(context.runId(), connection -> work.apply(swap, connection))
                        .map(Optional::ofNullable))
                .orElseGet(() -> Uni.createFrom().item(Optional.empty()));
    }

    /**
     * With the end of a run: what was prepared of the constraint is made final, and what only a run at work needs is taken away; joins the caller's transaction.
     *
     * @param known the run's context; without it, a constraint is left as it is
     */
    Uni<Void> close(SqlConnection connection, Run run, Optional<RunContext> known, RunState end) {
        return known.map(context -> settle(connection, context, end))
                .orElseGet(() -> Uni.createFrom().voidItem())
                .chain(() -> FunctionSchema.releaseFor(connection, run.id()))
                .chain(() -> end == RunState.ROLLED_BACK
                        ? Aliases.drop(connection, run.id())
                        : Uni.createFrom().voidItem())
                .chain(() -> run.commit()
                        ? capture.close(connection, run)
                        : Uni.createFrom().voidItem());
    }

    /** After the end of a run: what it changed in other databases is taken back. */
    Uni<Void> leave(Run run) {
        return run.commit() ? capture.leave(run) : Uni.createFrom().voidItem();
    }

    private static Uni<Void> settle(SqlConnection connection, RunContext context, RunState end) {
        return context.operation()
                .constraint()
                .map(swap -> end == RunState.CANCELLED
                        ? swap.giveUp(connection, context.runId())
                        : swap.close(connection, context.runId(), end == RunState.ROLLED_BACK))
                .orElseGet(() -> Uni.createFrom().voidItem());
    }
}
