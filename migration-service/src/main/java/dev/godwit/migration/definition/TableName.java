package dev.godwit.migration.definition;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A table by schema and name, both exactly as the catalog spells them, and by the database it is in.
 *
 * <p>Nothing is folded to lower case: {@code public.Orders} is the table called {@code Orders}. Double quotes are needed only around parts that hold a dot, a
 * quote or outer blanks. In front of all that, {@code legacy:} says that the table is in the database that is configured by this name: tables of the same name in two databases
 * are two.
 *
 * @param source name of a configured database; empty for the application's own
 */
public record TableName(Optional<String> source, String schema, String name) {

    private static final String DEFAULT_SCHEMA = "public";
    private static final Pattern PLAIN = Pattern.compile("[a-z_][a-z0-9_$]*");
    private static final Pattern SOURCE = Pattern.compile("([a-z][a-z0-9]*):(.*)", Pattern.DOTALL);
    private static final char AFTER_SOURCE = ':';

    public TableName {
        Objects.requireNonNull(source);
        Objects.requireNonNull(schema);
        Objects.requireNonNull(name);
        if (schema.isEmpty() || name.isEmpty() || schema.indexOf('\0') >= 0 || name.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a table's schema and name must not be empty nor hold NUL characters");
        }
    }

    /** A table of the application's database. */
    public TableName(String schema, String name) {
        this(Optional.empty(), schema, name);
    }

    /** The table of the same schema and name there. */
    public TableName in(Optional<String> database) {
        return new TableName(database, schema, name);
    }

    /** Reads what {@link #toString} says. */
    public static TableName parse(String text) {
        Matcher elsewhere = SOURCE.matcher(text);
        return elsewhere.matches()
                ? parseHere(elsewhere.group(2)).in(Optional.of(elsewhere.group(1)))
                : parseHere(text);
    }

    /**
     * Reads {@code table}, {@code schema.table} and quoted parts such as {@code "We ird"."T.able"}; without a schema it is {@code public}.
     *
     * @throws IllegalArgumentException with a message for people when the text is no table name
     */
    public static TableName parseHere(String text) {
        List<String> parts = parts(text.strip(), text);
        return switch (parts.size()) {
            case 1 -> new TableName(DEFAULT_SCHEMA, parts.get(0));
            case 2 -> new TableName(parts.get(0), parts.get(1));
            default ->
                throw new IllegalArgumentException(
                        "'" + text + "' has " + parts.size()
                                + " parts, a table has at most two: schema.table, with double quotes around a part that holds a dot");
        };
    }

    /**
     * Something of a table: a column or a constraint.
     *
     * @param name exactly as the catalog spells it
     */
    public record Member(TableName table, String name) {

        /**
         * Reads {@code table.name} and {@code schema.table.name}, parts quoted as in {@link TableName#parseHere}.
         *
         * @throws IllegalArgumentException with a message for people when the text is no such name
         */
        public static Member parse(String text) {
            List<String> parts = parts(text.strip(), text);
            return switch (parts.size()) {
                case 2 -> new Member(new TableName(DEFAULT_SCHEMA, parts.get(0)), parts.get(1));
                case 3 -> new Member(new TableName(parts.get(0), parts.get(1)), parts.get(2));
                default -> throw new IllegalArgumentException("'" + text + "' must have the parts schema.table.name");
            };
        }

        @Override
        public String toString() {
            return table + "." + display(name);
        }
    }

    private static List<String> parts(String text, String original) {
        List<String> parts = new ArrayList<>();
        int at = 0;
        do {
            int end = text.startsWith("\"", at) ? endOfQuoted(text, at, original) : endOfPlain(text, at);
            parts.add(part(text.substring(at, end), original));
            if (end < text.length() && text.charAt(end) != '.') {
                throw new IllegalArgumentException("'" + original + "' goes on after a closing quote without a dot");
            }
            at = end + 1;
        } while (at <= text.length());
        return parts;
    }

    private static int endOfPlain(String text, int start) {
        int dot = text.indexOf('.', start);
        return dot < 0 ? text.length() : dot;
    }

    private static int endOfQuoted(String text, int start, String original) {
        int at = start + 1;
        while (at < text.length()) {
            if (text.charAt(at) != '"') {
                at++;
            } else if (text.startsWith("\"\"", at)) {
                at += 2;
            } else {
                return at + 1;
            }
        }
        throw new IllegalArgumentException("'" + original + "' has a double quote that is never closed");
    }

    private static String part(String raw, String original) {
        boolean quoted = raw.startsWith("\"");
        String part = quoted ? raw.substring(1, raw.length() - 1).replace("\"\"", "\"") : raw.strip();
        if (part.isEmpty()) {
            throw new IllegalArgumentException("'" + original + "' has an empty part; write schema.table");
        }
        if (!quoted && part.indexOf('"') >= 0) {
            throw new IllegalArgumentException(
                    "'" + original + "' has a double quote in the middle of a part; quote the whole part");
        }
        return Identifier.written(part);
    }

    /** For SQL in a session of its database: both parts delimited, so that it means the same whatever the search_path. */
    public String quoted() {
        return Identifier.quote(schema) + '.' + Identifier.quote(name);
    }

    /** For people, events and keys: parts are quoted only where SQL would need it; {@link #parse} reads it back. */
    @Override
    public String toString() {
        return source.map(database -> database + AFTER_SOURCE).orElse("") + display(schema) + '.' + display(name);
    }

    private static String display(String part) {
        return PLAIN.matcher(part).matches() ? part : Identifier.quote(part);
    }
}
