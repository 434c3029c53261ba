package dev.godwit.migration.definition;

import java.nio.charset.StandardCharsets;

/** Names of things in PostgreSQL, as SQL text. */
public final class Identifier {

    /** PostgreSQL's own limit, in bytes of UTF-8; it cuts longer names off. */
    private static final int BYTES_MAX = 63;

    private Identifier() {}

    /**
     * A name that somebody wrote.
     *
     * @throws IllegalArgumentException with a message for people when no table or column can be called so
     */
    static String written(String name) {
        if (name.isEmpty() || name.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a name must not be empty");
        }
        int bytes = name.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > BYTES_MAX) {
            throw new IllegalArgumentException(
                    "a name of " + bytes + " bytes; names in PostgreSQL have at most " + BYTES_MAX);
        }
        return name;
    }

    /** The same, perhaps in double quotes as SQL has them. */
    static String writtenOrQuoted(String text) {
        if (text.length() > 1 && text.startsWith("\"") && text.endsWith("\"")) {
            return written(text.substring(1, text.length() - 1).replace("\"\"", "\""));
        }
        return written(text);
    }

    /**
     * The name as a delimited identifier, whatever it is spelled like: always in double quotes, so that keywords, upper case, blanks, dots and quotes are safe.
     *
     * @throws IllegalArgumentException for what no identifier can be: empty, or with a NUL in it
     */
    public static String quote(String name) {
        if (name.isEmpty() || name.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("not a possible name: empty, or with a NUL character");
        }
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /** The name as a string constant, quotes included, for SQL that answers with it. */
    public static String literal(TableName table) {
        return "'" + table.toString().replace("'", "''") + "'";
    }
}
