package dev.godwit.migration.operation;

import static dev.godwit.migration.definition.Identifier.quote;
import static java.util.stream.Collectors.joining;

import java.util.List;

/**
 * How a row is named by its key in journals and outcomes: the text of the key, or of several columns a JSON array of their texts.
 *
 * @param key columns that name a row
 */
public record RowName(List<Part> key) {

    public RowName {
        key = List.copyOf(key);
    }

    /** A column of a key, with the type to compare it by. */
    public record Part(String name, String cast, boolean nullable) {}

    /** SQL that yields the name of a row. */
    public String of(String row) {
        return key.size() == 1
                ? row + "." + quote(key.get(0).name()) + "::text"
                : key.stream()
                        .map(part -> row + "." + quote(part.name()) + "::text")
                        .collect(joining(", ", "to_json(ARRAY[", "])::text"));
    }

    /** The condition that a row has a name, such that an index over its key finds it. */
    public String is(String row, String name) {
        if (key.size() == 1) {
            Part part = key.get(0);
            return same(row + "." + quote(part.name()), name + "::" + part.cast(), part.nullable());
        }
        StringBuilder condition = new StringBuilder();
        for (int i = 0; i < key.size(); i++) {
            Part part = key.get(i);
            String value = "(" + name + "::jsonb ->> " + i + ")::" + part.cast();
            condition
                    .append(i == 0 ? "" : " AND ")
                    .append(same(row + "." + quote(part.name()), value, part.nullable()));
        }
        return condition.toString();
    }

    /** The condition that two values are the same, NULL included where there may be one. */
    public static String same(String one, String other, boolean nullable) {
        String equal = one + " = " + other;
        return nullable ? "(" + equal + " OR (" + one + " IS NULL AND " + other + " IS NULL))" : equal;
    }
}
