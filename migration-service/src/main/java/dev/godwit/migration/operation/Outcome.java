package dev.godwit.migration.operation;

import java.util.Objects;
import java.util.Optional;

/**
 * One outcome: of an entity when {@code table} is the migration's root, else of a reference row or a derived child.
 *
 * @param table display form of the table that the key belongs to
 * @param key text form of the key before the operation
 * @param newKey text form of the key afterwards, where there is one
 * @param reason stable code that says why, absent where the kind says it all
 * @param detail a sentence for people; never row contents
 */
public record Outcome(
        String table,
        String key,
        Optional<String> newKey,
        OutcomeKind kind,
        Optional<String> reason,
        Optional<String> detail) {

    public Outcome {
        Objects.requireNonNull(table);
        Objects.requireNonNull(key);
    }

    /** An outcome without new key, reason or detail. */
    public static Outcome of(String table, String key, OutcomeKind kind) {
        return new Outcome(table, key, Optional.empty(), kind, Optional.empty(), Optional.empty());
    }

    /** An entity whose key was, or in a plan would be, rewritten. */
    public static Outcome migrated(String table, String key, String newKey) {
        return new Outcome(table, key, Optional.of(newKey), OutcomeKind.MIGRATED, Optional.empty(), Optional.empty());
    }

    public Outcome because(String code) {
        return new Outcome(table, key, newKey, kind, Optional.of(code), detail);
    }

    public Outcome explained(String text) {
        return new Outcome(table, key, newKey, kind, reason, Optional.of(text));
    }

    public Outcome to(String target) {
        return new Outcome(table, key, Optional.of(target), kind, reason, detail);
    }
}
