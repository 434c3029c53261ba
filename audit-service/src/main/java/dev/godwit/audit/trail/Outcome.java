package dev.godwit.audit.trail;

import java.util.List;

/**
 * What became of one entity, or of one row that refers to one.
 *
 * @param table qualified name of the row's table
 * @param key the row's key as text, before the change
 * @param newKey the key afterwards; null where there is none
 * @param outcome one of {@link #KINDS}
 * @param reason stable code that says why; null where the outcome says it all
 * @param detail free text for people; not covered by the hash
 * @param salt hides the key from guessing; null once it has been redacted
 * @param replaces what the same entity was told as before in this run, which no longer counts; null for a first outcome
 */
public record Outcome(
        String table,
        String key,
        String newKey,
        String outcome,
        String reason,
        String detail,
        String salt,
        Told replaces) {

    /** An outcome that was told before, as far as it was counted. */
    public record Told(String outcome, String reason) {}

    /** A first outcome of its entity. */
    public Outcome(String table, String key, String newKey, String outcome, String reason, String detail, String salt) {
        this(table, key, newKey, outcome, reason, detail, salt, null);
    }

    /** The outcomes there are, in the order in which they are shown. */
    public static final List<String> KINDS =
            List.of("migrated", "unchanged", "skipped", "conflict", "failed", "reverted", "diverged");
}
