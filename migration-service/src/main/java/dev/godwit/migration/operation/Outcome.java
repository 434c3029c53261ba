package dev.godwit.migration.operation;

import java.util.List;
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
 * @param replaces what the same entity was told as before in this run; it no longer counts
 * @param formerKeys keys that led to {@code key} until now, by earlier moves
 * @param group where the entity is counted; empty where the definition groups by nothing, and while nobody has looked
 * @param formerGroup where the outcome was counted that this one {@code replaces}; empty where {@code group} or {@code replaces} is
 */
public record Outcome(
        String table,
        String key,
        Optional<String> newKey,
        OutcomeKind kind,
        Optional<String> reason,
        Optional<String> detail,
        Optional<Told> replaces,
        List<String> formerKeys,
        Optional<Group> group,
        Optional<Group> formerGroup) {

    /** Reason of an entity that became one with another, whose key it shares now. */
    public static final String MERGED = "merged";

    /** As what an entity is counted. */
    public record Told(OutcomeKind kind, Optional<String> reason) {}

    public Outcome {
        Objects.requireNonNull(table);
        Objects.requireNonNull(key);
        formerKeys = List.copyOf(formerKeys);
    }

    /** The first outcome of its entity. */
    public Outcome(
            String table,
            String key,
            Optional<String> newKey,
            OutcomeKind kind,
            Optional<String> reason,
            Optional<String> detail) {
        this(table, key, newKey, kind, reason, detail, Optional.empty(), List.of(), Optional.empty(), Optional.empty());
    }

    /** An outcome without new key, reason or detail. */
    public static Outcome of(String table, String key, OutcomeKind kind) {
        return new Outcome(table, key, Optional.empty(), kind, Optional.empty(), Optional.empty());
    }

    /** An entity whose key was, or in a plan would be, rewritten. */
    public static Outcome migrated(String table, String key, String newKey) {
        return of(table, key, OutcomeKind.MIGRATED).to(newKey);
    }

    public Outcome because(String code) {
        return new Outcome(
                table, key, newKey, kind, Optional.of(code), detail, replaces, formerKeys, group, formerGroup);
    }

    public Outcome explained(String text) {
        return new Outcome(
                table, key, newKey, kind, reason, Optional.of(text), replaces, formerKeys, group, formerGroup);
    }

    public Outcome to(String target) {
        return new Outcome(
                table, key, Optional.of(target), kind, reason, detail, replaces, formerKeys, group, formerGroup);
    }

    /** The same, counted instead of what the entity was told as before. */
    public Outcome replacing(Told former) {
        return new Outcome(
                table, key, newKey, kind, reason, detail, Optional.of(former), formerKeys, group, formerGroup);
    }

    /** The same, with the keys that led to its key until now. */
    public Outcome known(List<String> formerly) {
        return new Outcome(table, key, newKey, kind, reason, detail, replaces, formerly, group, formerGroup);
    }

    /** The same, counted in this group. */
    public Outcome in(Group counted) {
        return new Outcome(
                table, key, newKey, kind, reason, detail, replaces, formerKeys, Optional.of(counted), formerGroup);
    }

    /** The same, where what it replaces was counted in this group. */
    public Outcome formerlyIn(Group counted) {
        return new Outcome(table, key, newKey, kind, reason, detail, replaces, formerKeys, group, Optional.of(counted));
    }

    /** As what this outcome counts. */
    public Told told() {
        return new Told(kind, reason);
    }
}
