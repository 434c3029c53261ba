package dev.godwit.migration.definition;

import dev.godwit.migration.script.ScriptStatement;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Changes the schema by SQL that runs once.
 *
 * @param up the statements that change it
 * @param down those that take that back; empty when nothing can
 * @param owner the role that the statements are executed as, so that what they make belongs to it; empty for Godwit's own
 * @param provides what is there afterwards
 * @param files scripts beside the definition, by name
 */
public record SchemaDefinition(
        List<ScriptStatement> up,
        Optional<List<ScriptStatement>> down,
        Optional<String> owner,
        Provides provides,
        Patience patience,
        Map<String, String> files)
        implements OperationDefinition {

    /** The section's name in a file. */
    public static final String KIND = "schema";

    /** What outcomes of such a run are about: its statements. The table of that name is their journal. */
    public static final TableName STATEMENTS = new TableName("godwit", "statement");

    public SchemaDefinition {
        up = List.copyOf(up);
        down = down.map(List::copyOf);
        Objects.requireNonNull(owner);
        Objects.requireNonNull(provides);
        Objects.requireNonNull(patience);
        files = Collections.unmodifiableMap(new LinkedHashMap<>(files));
    }

    /**
     * How long the application may be kept waiting, and how often it is tried.
     *
     * @param lockTimeout longest wait of a statement for a lock; whoever comes after it waits as long
     * @param statementTimeout longest statement of a transaction
     * @param attempts how often a script is tried before the run fails
     */
    public record Patience(Duration lockTimeout, Duration statementTimeout, int attempts) {

        /** Half a second for locks, a quarter of a minute for a statement, about five minutes in all. */
        public static final Patience DEFAULT = new Patience(Duration.ofMillis(500), Duration.ofSeconds(15), 40);
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public TableName table() {
        return STATEMENTS;
    }

    @Override
    public Set<TableName> tables() {
        return Set.of();
    }

    @Override
    public Set<TableName> rekeyedTables() {
        return Set.of();
    }

    @Override
    public boolean hasEntities() {
        return false;
    }

    @Override
    public Map<String, String> attachments() {
        return files;
    }

    @Override
    public <R> R byKind(Kinds<R> kinds) {
        return kinds.schema(this);
    }
}
