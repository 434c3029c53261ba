package dev.godwit.cli.alembic;

/**
 * A table as a revision names it.
 *
 * @param schema empty when the file names none, so that the search path decides
 */
public record TableName(String schema, String name) implements Comparable<TableName> {

    /** Reads {@code table} or {@code schema.table}. */
    public static TableName parse(String text) {
        int dot = text.indexOf('.');
        return dot < 0 ? new TableName("", text) : new TableName(text.substring(0, dot), text.substring(dot + 1));
    }

    @Override
    public int compareTo(TableName other) {
        return toString().compareTo(other.toString());
    }

    @Override
    public String toString() {
        return schema.isEmpty() ? name : schema + "." + name;
    }
}
