package dev.godwit.migration.operation.imports;

import static dev.godwit.migration.definition.Identifier.quote;
import static java.util.stream.Collectors.joining;

import dev.godwit.migration.definition.ImportedValue;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.operation.ExactText;
import dev.godwit.migration.operation.RowName;
import dev.godwit.migration.operation.RowName.Part;
import dev.godwit.migration.operation.imports.ImportModel.Stored;
import dev.godwit.migration.operation.imports.ImportModel.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The statements that judge and write the target. Rows of the source come as arrays of texts, one per value: parameters {@code keys}, {@code at} (the row of the target that
 * is meant, where there is one), then the values. They are brought to the target's types before anything is compared, so that only what would be stored counts.
 */
public final class ImportSql {

    private final ImportModel model;

    public ImportSql(ImportModel model) {
        this.model = model;
    }

    /**
     * Compares rows of the source with the target: {@code $1} migration, {@code $2} keys, {@code $3} at, then values. Yields {@code key}, the {@code name} that its row has
     * or would have where that can be told, the migration whose identity is {@code missing} and its {@code missing_key}, whether the row {@code at} is {@code mine} and has
     * the {@code same} values, the {@code other} row that has its place, whether that is the same ({@code other_same}) or {@code owned} by another row of the source, and the
     * {@code misfit} that would keep it from being written.
     *
     * @param insertMisfit SQL over {@code godwit_d} that yields the code of what is wrong with a row to be inserted, or null
     * @param updateMisfit the same for a row that is there
     */
    public String judge(String insertMisfit, String updateMisfit) {
        String name = model.namesRows() ? model.targetName().of("godwit_d") : "NULL::text";
        return """
                SELECT godwit_d.godwit_key AS key, godwit_d.godwit_missing AS missing, godwit_d.godwit_missing_key AS missing_key, %s AS name,
                       godwit_mine.name AS mine, godwit_mine.same, godwit_other.name AS other, godwit_other.same AS other_same, godwit_other.owned,
                       CASE WHEN godwit_d.godwit_missing IS NOT NULL THEN NULL
                            WHEN godwit_mine.name IS NULL AND godwit_other.name IS NULL THEN %s
                            ELSE %s END AS misfit
                  FROM %s AS godwit_d
                  LEFT JOIN LATERAL (
                    SELECT %s AS name, %s AS same
                      FROM %s AS godwit_t
                     WHERE %s) AS godwit_mine ON true
                  LEFT JOIN LATERAL (
                    SELECT godwit_u.*
                      FROM (%s) AS godwit_u
                     WHERE godwit_u.name IS DISTINCT FROM godwit_mine.name
                     LIMIT 1) AS godwit_other ON true
                 ORDER BY 1
                """.formatted(
                        name,
                        insertMisfit,
                        updateMisfit,
                        candidates(2),
                        model.targetName().of("godwit_t"),
                        isSame(),
                        model.target().quoted(),
                        model.targetName().is("godwit_t", "godwit_d.godwit_at"),
                        others());
    }

    /** Rows of the target whose place is that of {@code godwit_d}. A parameter that is mentioned nowhere has no type, which PostgreSQL refuses. */
    private String others() {
        if (model.uniques().isEmpty()) {
            return "SELECT NULL::text AS name, false AS same, $1::text IS NULL AS owned";
        }
        return model.uniques().stream().map(this::others).collect(joining("\n                    UNION ALL\n"));
    }

    private String others(List<Part> unique) {
        String place = unique.stream()
                .map(part -> RowName.same(
                        "godwit_t." + quote(part.name()), "godwit_d." + quote(part.name()), part.nullable()))
                .collect(joining(" AND "));
        return """
                (SELECT %s AS name, %s AS same,
                        EXISTS (SELECT
                                  FROM godwit.imported AS godwit_m
                                 WHERE godwit_m.migration = $1 AND godwit_m.target_key = %s AND godwit_m.source_key <> godwit_d.godwit_key) AS owned
                   FROM %s AS godwit_t
                  WHERE %s
                  LIMIT 1)""".formatted(
                        model.targetName().of("godwit_t"),
                        isSame(),
                        model.targetName().of("godwit_t"),
                        model.target().quoted(),
                        place);
    }

    /** Whether the row of the target has what the source says: texts of typed values, which are equal for all types alike, NaN, -0 and what has no equality included. */
    private String isSame() {
        String theirs = model.updatable().stream()
                .map(value -> text(
                        "godwit_d." + quote(value.name()) + "::"
                                + value.column().type(),
                        value.column()))
                .collect(joining(", ", "ARRAY[", "]::text[]"));
        return "md5(" + texts("godwit_t") + "::text) = md5(" + theirs + "::text)";
    }

    /**
     * Makes rows {@code at} what the source says, and journals what they were: parameters and result as of {@link ImportInsertSql#insert}. A row's name may change with its values.
     */
    public String update() {
        String assignments = model.updatable().stream()
                .map(value -> quote(value.name()) + " = godwit_was." + quote(value.name()))
                .collect(joining(",\n                           "));
        return """
                WITH godwit_was AS MATERIALIZED (
                    SELECT godwit_d.*, %s AS godwit_before
                      FROM %s AS godwit_d
                      JOIN %s AS godwit_t ON %s
                     ORDER BY godwit_d.godwit_at
                       FOR UPDATE OF godwit_t),
                     godwit_done AS (
                    UPDATE %s AS godwit_t
                       SET %s
                      FROM godwit_was
                     WHERE %s
                    RETURNING godwit_was.godwit_key AS key, %s AS name, godwit_was.godwit_before AS before, %s AS after),
                     godwit_kept AS (
                    INSERT INTO godwit.import_change (run_id, batch, entity, key, action, former, before, after)
                    SELECT $1, $2, key, name, 'update',
                           (SELECT godwit_m.target_key FROM godwit.imported AS godwit_m WHERE godwit_m.migration = $3 AND godwit_m.source_key = key),
                           before, after
                      FROM godwit_done),
                     godwit_mapped AS (
                    INSERT INTO godwit.imported AS godwit_m (migration, source_key, target_key)
                    SELECT $3, key, name
                      FROM godwit_done
                        ON CONFLICT (migration, source_key) DO UPDATE
                       SET target_key = excluded.target_key
                     WHERE godwit_m.target_key IS DISTINCT FROM excluded.target_key)
                SELECT key, name
                  FROM godwit_done
                 ORDER BY key
                """.formatted(
                        texts("godwit_t"),
                        candidates(4),
                        model.target().quoted(),
                        model.targetName().is("godwit_t", "godwit_d.godwit_at"),
                        model.target().quoted(),
                        assignments,
                        model.targetName().is("godwit_t", "godwit_was.godwit_at"),
                        model.targetName().of("godwit_t"),
                        digest("godwit_t"));
    }

    /**
     * Deletes rows whose source rows are gone, and journals what they were: {@code $1} run, {@code $2} batch, {@code $3} migration, {@code $4} keys, {@code $5} names. Rows to
     * which rows of others refer stay. Yields {@code key} and {@code name} of those deleted.
     */
    public String delete() {
        return """
                WITH godwit_done AS (
                    DELETE FROM %s AS godwit_t
                     USING unnest($4::text[], $5::text[]) AS godwit_k(key, name)
                     WHERE %s
                       AND NOT %s
                    RETURNING godwit_k.key, godwit_k.name, %s AS before),
                     godwit_kept AS (
                    INSERT INTO godwit.import_change (run_id, batch, entity, key, action, former, before)
                    SELECT $1, $2, key, name, 'delete', name, before
                      FROM godwit_done),
                     godwit_mapped AS (
                    INSERT INTO godwit.imported (migration, source_key)
                    SELECT $3, key
                      FROM godwit_done
                        ON CONFLICT (migration, source_key) DO UPDATE
                       SET target_key = NULL)
                SELECT key, name
                  FROM godwit_done
                 ORDER BY key
                """.formatted(
                        model.target().quoted(),
                        model.targetName().is("godwit_t", "godwit_k.name"),
                        isReferenced(),
                        storedTexts("godwit_t"));
    }

    /** Rows of a range of blocks of the target that were imported: {@code $1} migration, {@code $2}, {@code $3} tid bounds. Yields {@code key} of the source's row. */
    public String importedIn(TableName relation) {
        return """
                SELECT godwit_m.source_key AS key
                  FROM ONLY %s AS godwit_t
                 CROSS JOIN LATERAL (
                    SELECT godwit_i.source_key
                      FROM godwit.imported AS godwit_i
                     WHERE godwit_i.migration = $1
                       AND godwit_i.target_key = %s
                    OFFSET 0) AS godwit_m
                 WHERE godwit_t.ctid >= $2::text::tid
                   AND godwit_t.ctid < $3::text::tid
                 ORDER BY 1
                """.formatted(relation.quoted(), model.targetName().of("godwit_t"));
    }

    /** Rows of the source in the types of the target; {@code first} is the number of the parameter with their keys. */
    String candidates(int first) {
        int slots = model.slots();
        String parameters = IntStream.range(first, first + slots + 2)
                .mapToObj(i -> "$" + i + "::text[]")
                .collect(joining(", "));
        String names = IntStream.range(0, slots).mapToObj(i -> ", godwit_" + i).collect(joining());
        return """
                (SELECT godwit_k.godwit_key, godwit_k.godwit_at, %s AS godwit_missing, %s AS godwit_missing_key%s
                               FROM (SELECT godwit_s.*%s
                                       FROM unnest(%s) AS godwit_s(godwit_key, godwit_at%s)
                                     OFFSET 0) AS godwit_k)""".formatted(missing(true), missing(false), typed(), lookUps(), parameters, names);
    }

    /** A value and the number of the first text that tells it. */
    private record Slot(Value value, int number) {

        Optional<ImportedValue.Identity> identity() {
            return value.by() instanceof ImportedValue.Identity identity ? Optional.of(identity) : Optional.empty();
        }

        boolean mustBeFound() {
            return identity().filter(found -> found.otherwiseSql().isEmpty()).isPresent();
        }
    }

    private List<Slot> slots() {
        List<Slot> slots = new ArrayList<>();
        int number = 0;
        for (Value value : model.values()) {
            slots.add(new Slot(value, number));
            number += value.slots();
        }
        return slots;
    }

    private Stream<Slot> identities() {
        return slots().stream().filter(slot -> slot.identity().isPresent());
    }

    /** Scalar queries, so that each is one look-up by key: of a join the planner might make a hash of the whole map. */
    private String lookUps() {
        return identities()
                .map(slot ->
                        ", (SELECT godwit_m.target_key FROM godwit.imported AS godwit_m WHERE godwit_m.migration = "
                                + literal(slot.identity().orElseThrow().migration())
                                + " AND godwit_m.source_key = godwit_s.godwit_" + slot.number() + ") AS godwit_found_"
                                + slot.number())
                .collect(joining());
    }

    private String missing(boolean migration) {
        String cases = identities()
                .filter(Slot::mustBeFound)
                .map(slot -> "WHEN godwit_k.godwit_" + slot.number() + " IS NOT NULL AND godwit_k.godwit_found_"
                        + slot.number() + " IS NULL THEN "
                        + (migration
                                ? literal(slot.identity().orElseThrow().migration())
                                : "godwit_k.godwit_" + slot.number()))
                .collect(joining(" "));
        return cases.isEmpty() ? "NULL::text" : "CASE " + cases + " END";
    }

    private String typed() {
        return slots().stream()
                .map(slot -> ", " + valueOf(slot) + "::" + slot.value().cast() + " AS "
                        + quote(slot.value().name()))
                .collect(joining());
    }

    private static String valueOf(Slot slot) {
        String text = "godwit_k.godwit_" + slot.number();
        if (slot.identity().isEmpty()) {
            return text;
        }
        String found = "godwit_k.godwit_found_" + slot.number();
        return slot.mustBeFound() ? found : "coalesce(" + found + ", godwit_k.godwit_" + (slot.number() + 1) + ")";
    }

    /** Texts of the values that an update can set, as a row of the target has them. */
    String texts(String row) {
        return model.updatable().stream()
                .map(value -> text(row + "." + quote(value.name()), value.column()))
                .collect(joining(", ", "ARRAY[", "]::text[]"));
    }

    /** The same of every column that holds a value of its own. */
    private String storedTexts(String row) {
        return model.stored().stream()
                .map(column -> text(row + "." + quote(column.name()), column))
                .collect(joining(", ", "ARRAY[", "]::text[]"));
    }

    String digest(String row) {
        return "md5(" + texts(row) + "::text)::uuid";
    }

    private static String text(String value, Stored column) {
        return ExactText.of(value, column.bareType());
    }

    /** Rows of others that hang on a row would go with it, or forbid it to go. */
    String isReferenced() {
        return model.dependents().isEmpty()
                ? "false"
                : model.dependents().stream()
                        .map(dependent -> dependent.refersTo("godwit_t"))
                        .collect(joining(" OR ", "(", ")"));
    }

    static String literal(String text) {
        return "'" + text.replace("'", "''") + "'";
    }
}
