package dev.godwit.migration.definition;

/** Names of things in PostgreSQL, as SQL text. */
public final class Identifier {

    private Identifier() {}

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
}
