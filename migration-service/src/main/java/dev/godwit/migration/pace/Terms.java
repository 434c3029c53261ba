package dev.godwit.migration.pace;

import io.vertx.mutiny.sqlclient.Row;
import java.util.Optional;

/**
 * What was asked of a run's pace.
 *
 * @param cap most entities per second, over all instances
 * @param window when it may work; empty: always
 */
public record Terms(PaceLevel level, Optional<Integer> cap, Optional<Window> window) {

    /** From the columns {@code pace}, {@code max_rate} and {@code only_between} of a run. */
    public static Terms fromRow(Row row) {
        return new Terms(
                PaceLevel.ofWireName(row.getString("pace")),
                Optional.ofNullable(row.getInteger("max_rate")),
                Optional.ofNullable(row.getString("only_between")).map(Window::parse));
    }
}
