package dev.godwit.migration.batch;

import static dev.godwit.migration.definition.Identifier.quote;
import static java.util.stream.Collectors.joining;

import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.operation.rekey.KeyType;
import dev.godwit.migration.operation.rekey.RekeyModel.FoundReference;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** The SQL of {@link ReferenceTranslation}: rows of one table with the values of all its declared references, and those values written back. */
final class ReferenceSql {

    private final TableName table;
    private final List<FoundReference> references;
    private final List<String> primaryKey;
    private final List<String> keyTypes;
    private final KeyType keyType;

    /**
     * @param references all references of the table, at least one
     * @param keyType of the keys that they hold
     */
    ReferenceSql(TableName table, List<FoundReference> references, KeyType keyType) {
        this.keyType = keyType;
        this.table = table;
        this.references = references;
        this.primaryKey = references.get(0).primaryKey();
        this.keyTypes = references.get(0).primaryKeyTypes();
    }

    /**
     * Rows of a range of blocks that may hold a key to translate: {@code $1}, {@code $2} tid bounds, {@code $3} the run.
     *
     * @param mapped the column of the identity map that holds the keys to look for
     */
    String inRange(TableName relation, String mapped) {
        return select() + "\n  FROM ONLY " + relation.quoted() + " AS " + alias() + "\n WHERE " + alias()
                + ".ctid >= $1::text::tid AND " + alias() + ".ctid < $2::text::tid\n   AND (" + candidates(mapped, "$3")
                + ")";
    }

    /** Rows by primary key: one array of text per column of it. */
    String byKey(boolean lock) {
        String joined = IntStream.range(0, primaryKey.size())
                .mapToObj(i -> alias() + "." + quote(primaryKey.get(i)) + " = k.c" + i)
                .collect(joining(" AND "));
        return select() + "\n  FROM " + keyArrays() + "\n  JOIN " + table.quoted() + " AS " + alias() + " ON " + joined
                + (lock ? "\n   FOR UPDATE OF " + alias() : "");
    }

    private String keyArrays() {
        String arrays = IntStream.range(0, primaryKey.size())
                .mapToObj(i -> "($" + (i + 1) + "::text[])::" + keyTypes.get(i) + "[]")
                .collect(joining(", "));
        String names =
                IntStream.range(0, primaryKey.size()).mapToObj(i -> "c" + i).collect(joining(", "));
        return "unnest(" + arrays + ") AS k(" + names + ")";
    }

    private String select() {
        String key = primaryKey.stream()
                .map(c -> alias() + "." + quote(c) + "::text")
                .collect(joining(", "));
        String values = references.stream().map(this::value).collect(joining(", "));
        return "SELECT ARRAY[" + key + "] AS key, ARRAY[" + values + "] AS found";
    }

    private String value(FoundReference reference) {
        String column = alias() + "." + quote(reference.reference().column());
        String text = reference.form() == FoundReference.Form.ARRAY
                ? "array_to_json(ARRAY(SELECT unnest(" + column + ")))::text"
                : column + "::text";
        return reference
                .reference()
                .when()
                .map(when -> "CASE WHEN (" + when + ") THEN " + text + " END")
                .orElse(text);
    }

    /** A cheap sieve in SQL where the form allows it: whole keys are looked up in the map right there. */
    private String candidates(String mapped, String runParameter) {
        return references.stream()
                .map(reference -> {
                    String column = alias() + "." + quote(reference.reference().column());
                    String known = "EXISTS (SELECT FROM godwit.identity AS i WHERE i.run_id = " + runParameter
                            + " AND i.relation = 0 AND i." + mapped + " = ";
                    return switch (reference.form()) {
                        case COLUMN -> known + printed(column + "::text") + ")";
                        case ARRAY ->
                            "EXISTS (SELECT FROM unnest(" + column + "::text[]) AS e(key) WHERE " + known
                                    + printed("e.key") + "))";
                        case JSON, PATTERN -> column + " IS NOT NULL AND " + runParameter + "::text IS NOT NULL";
                    };
                })
                .collect(joining(" OR "));
    }

    /** Writes values back: one array of text per column of the primary key, then one per reference. */
    String update() {
        int keys = primaryKey.size();
        String set = references.stream()
                .map(reference -> reference.reference().column())
                .distinct()
                .map(column -> quote(column) + " = " + written(column))
                .collect(joining(", "));
        List<String> arrays = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (int i = 0; i < keys; i++) {
            arrays.add("($" + (i + 1) + "::text[])::" + keyTypes.get(i) + "[]");
            names.add("c" + i);
        }
        for (int i = 0; i < references.size(); i++) {
            arrays.add("$" + (keys + i + 1) + "::text[]");
            names.add("v" + i);
        }
        String where = IntStream.range(0, keys)
                .mapToObj(i -> alias() + "." + quote(primaryKey.get(i)) + " = k.c" + i)
                .collect(joining(" AND "));
        return "UPDATE " + table.quoted() + " AS " + alias() + " SET " + set + "\n  FROM unnest("
                + String.join(", ", arrays) + ") AS k(" + String.join(", ", names) + ")\n WHERE " + where;
    }

    /** The value of whichever reference in the column applies to the row; where none does, the column keeps what it has. */
    private String written(String column) {
        List<Integer> same = IntStream.range(0, references.size())
                .filter(i -> references.get(i).reference().column().equals(column))
                .boxed()
                .toList();
        String value = same.stream().map(i -> "k.v" + i).collect(joining(", ", "coalesce(", ")"));
        String written = written(references.get(same.get(0)), value);
        return "CASE WHEN " + value + " IS NULL THEN " + alias() + "." + quote(column) + " ELSE " + written + " END";
    }

    private String written(FoundReference reference, String value) {
        if (reference.form() == FoundReference.Form.ARRAY) {
            String element =
                    reference.columnType().substring(0, reference.columnType().length() - 2);
            return "godwit.in_shape_of((SELECT array_agg(e.key::" + element
                    + " ORDER BY e.n) FROM json_array_elements_text(" + value
                    + "::json) WITH ORDINALITY AS e(key, n)), " + alias() + "."
                    + quote(reference.reference().column()) + ")";
        }
        return value + "::" + reference.columnType();
    }

    /** How the keyed table prints what the reference may hold in another spelling. */
    private String printed(String text) {
        return keyType.foldsCase() ? "lower(" + text + ")" : text;
    }

    private String alias() {
        return quote(table.name());
    }
}
