package dev.godwit.migration.plan;

import java.time.Duration;

/**
 * How far a search may go.
 *
 * @param sampleKeysMax keys to search for; with fewer entities than that, all are
 * @param tableRowsMax rows read of one table; of a larger one, a random sample of about as many is searched
 * @param statementTimeout longest time that one statement may take; what is then not searched is told
 */
public record Limits(int sampleKeysMax, long tableRowsMax, Duration statementTimeout) {

    /** Ten thousand keys, a million rows a table, half a minute a statement. */
    public static final Limits DEFAULT = new Limits(10_000, 1_000_000, Duration.ofSeconds(30));

    public Limits {
        if (sampleKeysMax < 1 || tableRowsMax < 1 || statementTimeout.toMillis() < 1) {
            throw new IllegalArgumentException("limits must be positive");
        }
    }
}
