package dev.godwit.migration.script;

/** A statement that PostgreSQL lets run in no transaction block: it lasts as long as it must, and lets others read and write meanwhile. */
public sealed interface Concurrent {

    /** The index, or for {@link Reindex} what is indexed anew. */
    ObjectName name();

    /** {@code CREATE [UNIQUE] INDEX CONCURRENTLY}. The index lives in the schema of its table. */
    record CreateIndex(ObjectName name, ObjectName table, boolean ifNotExists) implements Concurrent {}

    /** {@code DROP INDEX CONCURRENTLY}. */
    record DropIndex(ObjectName name, boolean ifExists) implements Concurrent {}

    /**
     * {@code REINDEX … CONCURRENTLY}.
     *
     * @param table whether all indexes of a table are meant
     */
    record Reindex(ObjectName name, boolean table) implements Concurrent {}
}
