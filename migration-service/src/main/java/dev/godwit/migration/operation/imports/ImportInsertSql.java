package dev.godwit.migration.operation.imports;

import static dev.godwit.migration.definition.Identifier.quote;
import static java.util.stream.Collectors.joining;

import dev.godwit.migration.operation.imports.ImportModel.Value;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The statements that bring rows that are not there: rows of the source come as arrays of texts, as for {@link ImportSql}. */
public final class ImportInsertSql {

    private final ImportModel model;
    private final ImportSql sql;

    public ImportInsertSql(ImportModel model) {
        this.model = model;
        this.sql = new ImportSql(model);
    }

    /**
     * Enters rows in the map under the names that they will have, as far as they are not in it: {@code $1} migration, {@code $2} keys, then the texts of each value that names
     * a row. Yields {@code key} and {@code name} of those entered. In the order of the keys, so that batches queue instead of deadlocking.
     */
    public String claim() {
        List<Value> naming = model.naming().orElseThrow();
        return """
                INSERT INTO godwit.imported (migration, source_key, target_key)
                SELECT $1, godwit_n.godwit_key, %s
                  FROM (SELECT godwit_k.godwit_key%s
                          FROM unnest($2::text[]%s) AS godwit_k(godwit_key%s)) AS godwit_n
                 ORDER BY godwit_n.godwit_key
                    ON CONFLICT DO NOTHING
                RETURNING source_key AS key, target_key AS name
                """.formatted(
                        model.targetName().of("godwit_n"),
                        each(
                                naming,
                                i -> ", godwit_k.godwit_" + i + "::"
                                        + naming.get(i).cast() + " AS "
                                        + quote(naming.get(i).name())),
                        each(naming, i -> ", $" + (i + 3) + "::text[]"),
                        each(naming, i -> ", godwit_" + i));
    }

    private static String each(List<Value> values, IntFunction<String> of) {
        return IntStream.range(0, values.size()).mapToObj(of).collect(joining());
    }

    /**
     * Inserts rows that nobody has judged, and journals those that found a place: {@code $1} run, {@code $2} batch, {@code $3} keys, {@code $4} at, then values. Yields
     * {@code name} of each that was inserted, and its {@code key}, unless a trigger has changed the name. What refers to a row that is not there is not tried.
     */
    public String insertUnjudged() {
        return inserting(3, "\n                             WHERE godwit_d.godwit_missing IS NULL", "", "", "");
    }

    /**
     * Inserts rows and journals them, in one statement: {@code $1} run, {@code $2} batch, {@code $3} migration, {@code $4} keys, {@code $5} at, then values. Yields
     * {@code key} and {@code name} of those inserted; the place of the others was taken meanwhile.
     */
    public String insert() {
        return inserting(4, "", conflictColumns(), """
                ,
                     godwit_mapped AS (
                    INSERT INTO godwit.imported (migration, source_key, target_key)
                    SELECT $3, key, name
                      FROM godwit_all
                     WHERE key IS NOT NULL
                        ON CONFLICT (migration, source_key) DO UPDATE
                       SET target_key = excluded.target_key)""", "\n WHERE key IS NOT NULL");
    }

    /** What was wanted and what was inserted are brought together by grouping: of a join of the two the planner knows no sizes, and compares each with each. */
    private String inserting(int keys, String which, String conflict, String mapped, String told) {
        return """
                WITH godwit_w AS MATERIALIZED (
                    SELECT godwit_c.*, %s AS godwit_name
                      FROM (SELECT godwit_d.*%s
                              FROM %s AS godwit_d%s
                             ORDER BY godwit_d.godwit_key
                            OFFSET 0) AS godwit_c),
                     godwit_done AS (
                    INSERT INTO %s AS godwit_t (%s)%s
                    SELECT %s
                      FROM godwit_w
                    ON CONFLICT%s DO NOTHING
                    RETURNING %s AS name, md5(godwit_t::text) AS after),
                     godwit_all AS MATERIALIZED (
                    SELECT min(w.key) AS key, w.name, max(w.after) AS after
                      FROM (SELECT godwit_key AS key, godwit_name AS name, NULL::text AS after
                              FROM godwit_w
                             UNION ALL
                            SELECT NULL, name, after
                              FROM godwit_done) AS w
                     GROUP BY w.name
                    HAVING count(w.after) > 0),
                     godwit_kept AS (
                    INSERT INTO godwit.import_change (run_id, batch, entity, key, action, after)
                    SELECT $1, $2, key, name, 'insert', after::uuid
                      FROM godwit_all)%s
                SELECT key, name
                  FROM godwit_all%s
                 ORDER BY key
                """.formatted(
                        model.targetName().of("godwit_c"),
                        drawn(),
                        sql.candidates(keys),
                        which,
                        model.target().quoted(),
                        columns(""),
                        model.overriding() ? " OVERRIDING SYSTEM VALUE" : "",
                        columns("godwit_w."),
                        conflict,
                        model.targetName().of("godwit_t"),
                        mapped,
                        told);
    }

    private String drawn() {
        return model.drawn().stream()
                .map(column -> ", nextval(pg_get_serial_sequence("
                        + ImportSql.literal(model.target().quoted()) + ", " + ImportSql.literal(column) + ")) AS "
                        + quote(column))
                .collect(joining());
    }

    /** Without a place that is known, whatever keeps the row out does; with one, only that is forgiven, and the rest is told by its own code. */
    private String conflictColumns() {
        return model.uniques().isEmpty()
                ? ""
                : model.uniques().get(0).stream()
                        .map(part -> quote(part.name()))
                        .collect(joining(", ", " (", ")"));
    }

    private String columns(String prefix) {
        return Stream.concat(model.values().stream().map(Value::name), model.drawn().stream())
                .map(name -> prefix + quote(name))
                .collect(joining(", "));
    }
}
