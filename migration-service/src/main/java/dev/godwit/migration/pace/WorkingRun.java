package dev.godwit.migration.pace;

import dev.godwit.migration.definition.TableName;
import io.vertx.mutiny.sqlclient.Row;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A run that writes.
 *
 * @param follows whether it only takes what the application writes: it has no chunks, and no share
 * @param tables those of its tables that are in this database, quoted
 * @param due whether nobody has decided its pace for a while
 * @param posted what workers are to know of it now
 */
record WorkingRun(
        String id, int generation, boolean follows, List<String> tables, boolean due, PaceBoard.Posted posted) {

    /** Of so many rounds, one decides for a run that follows: it has hard limits alone, which are not passed within a second. One that stands still waits for no longer than others. */
    static final int ROUNDS_FOLLOWING = 5;

    /** How often its pace is decided, where rounds come so often. */
    Duration every(Duration round) {
        return follows && !posted.isStopped() ? round.multipliedBy(ROUNDS_FOLLOWING) : round;
    }

    /** Whether chunks of it are worked on, at a share of what its level allows. */
    boolean isShared() {
        return !follows && posted.terms().level() != PaceLevel.FULL && !posted.held();
    }

    static WorkingRun fromRow(Row row) {
        return new WorkingRun(
                row.getString("id"),
                row.getInteger("generation"),
                row.getBoolean("follows"),
                Arrays.stream(row.getArrayOfStrings("tables"))
                        .map(TableName::parse)
                        .filter(table -> table.source().isEmpty())
                        .map(TableName::quoted)
                        .toList(),
                row.getBoolean("due"),
                new PaceBoard.Posted(
                        Terms.fromRow(row), Optional.ofNullable(row.getString("stopped")), row.getBoolean("held")));
    }
}
