package dev.godwit.migration.operation.imports;

import static dev.godwit.migration.definition.Identifier.literal;
import static dev.godwit.migration.definition.Identifier.quote;
import static java.util.stream.Collectors.joining;

import dev.godwit.migration.operation.imports.ImportModel.Stored;
import java.util.List;
import java.util.stream.IntStream;

/** The statements that take an import back, row by row of its journal. */
public final class ImportUndoSql {

    /** Whether the transaction that a row shows is one of the run's, or of another run's, or (null) of somebody else. A scalar query: of a join PostgreSQL would make a hash of all batches. */
    private static final String WRITER = """
            (SELECT bool_or(godwit_b.run_id = $1)
               FROM godwit.batch AS godwit_b
              WHERE (godwit_b.xid::text::bigint & 4294967295) = godwit_t.xmin::text::bigint)""";

    private final ImportModel model;
    private final ImportSql sql;

    public ImportUndoSql(ImportModel model) {
        this.model = model;
        this.sql = new ImportSql(model);
    }

    /**
     * Rows of a batch as they are now, locked: {@code $1} run, {@code $2} batch. Yields {@code name}, whether the row is the {@code same} as the batch made it, whether the
     * run was its last {@code writer}, and whether rows of others refer to it.
     */
    public String lockChanged() {
        return """
                SELECT godwit_j.key AS name, %s IS TRUE AS same, %s AS writer, %s AS referenced
                  FROM godwit.import_change AS godwit_j
                  JOIN %s AS godwit_t ON %s
                 WHERE godwit_j.run_id = $1
                   AND godwit_j.batch = $2
                 ORDER BY godwit_j.key
                   FOR UPDATE OF godwit_t
                """.formatted(
                isSame("godwit_j"), WRITER, sql.isReferenced(), model.target().quoted(), isJournaled());
    }

    /** An inserted row is compared as a whole, an updated one by what was set. */
    private String isSame(String journal) {
        return "(CASE " + journal + ".action WHEN 'insert' THEN md5(godwit_t::text)::uuid ELSE "
                + sql.digest("godwit_t") + " END = " + journal + ".after)";
    }

    /** Deletes rows: {@code $1} names. */
    public String delete() {
        return """
                DELETE FROM %s AS godwit_t
                 USING unnest($1::text[]) AS godwit_k(name)
                 WHERE %s
                """.formatted(model.target().quoted(), model.targetName().is("godwit_t", "godwit_k.name"));
    }

    /** Gives updated rows their former values back: {@code $1} run, {@code $2} batch, {@code $3} names. */
    public String restore() {
        List<Stored> columns =
                model.updatable().stream().map(ImportModel.Value::column).toList();
        return """
                UPDATE %s AS godwit_t
                   SET %s
                  FROM godwit.import_change AS godwit_j
                 WHERE godwit_j.run_id = $1
                   AND godwit_j.batch = $2
                   AND godwit_j.key = ANY ($3::text[])
                   AND %s
                """.formatted(
                        model.target().quoted(),
                        IntStream.range(0, columns.size())
                                .mapToObj(i -> quote(columns.get(i).name()) + " = " + before(columns, i))
                                .collect(joining(",\n       ")),
                        isJournaled());
    }

    /** Inserts deleted rows again, as they were: parameters as of {@link #restore}. */
    public String insertAgain() {
        return """
                INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE
                SELECT %s
                  FROM godwit.import_change AS godwit_j
                 WHERE godwit_j.run_id = $1
                   AND godwit_j.batch = $2
                   AND godwit_j.key = ANY ($3::text[])
                 ORDER BY godwit_j.key
                """.formatted(
                model.target().quoted(),
                model.stored().stream().map(column -> quote(column.name())).collect(joining(", ")),
                IntStream.range(0, model.stored().size())
                        .mapToObj(i -> before(model.stored(), i))
                        .collect(joining(", ")));
    }

    private static String before(List<Stored> columns, int i) {
        return "(godwit_j.before[" + (i + 1) + "])::" + columns.get(i).type();
    }

    /** What a rollback would do: {@code $1} run. A row that several batches wrote is judged by what the last of them made of it. */
    public String preview() {
        return """
                WITH godwit_c AS MATERIALIZED (
                    SELECT godwit_j.key,
                           (array_agg(godwit_j.action ORDER BY godwit_u.undo_order))[1] AS begun,
                           (array_agg(godwit_j.action ORDER BY godwit_u.undo_order DESC))[1] AS action,
                           (array_agg(godwit_j.after ORDER BY godwit_u.undo_order DESC))[1] AS after
                      FROM godwit.import_change AS godwit_j
                      JOIN godwit.batch AS godwit_u ON godwit_u.run_id = godwit_j.run_id AND godwit_u.number = godwit_j.batch AND NOT godwit_u.undone
                     WHERE godwit_j.run_id = $1
                     GROUP BY godwit_j.key),
                     godwit_judged AS (
                    SELECT godwit_c.begun, godwit_c.action, godwit_n.ours, godwit_n.referenced
                      FROM godwit_c
                      LEFT JOIN LATERAL (
                        SELECT (w.writer IS TRUE OR w.same) AND (w.writer IS NOT NULL OR godwit_c.begun <> 'insert') AS ours, %s AS referenced
                          FROM %s AS godwit_t
                         CROSS JOIN LATERAL (SELECT %s AS writer, %s IS TRUE AS same) AS w
                         WHERE %s) AS godwit_n ON true)
                SELECT %s AS relation,
                       count(*) FILTER (WHERE begun <> 'insert' AND CASE action WHEN 'delete' THEN ours IS NULL ELSE ours END) AS restored,
                       count(*) FILTER (WHERE begun = 'insert' AND action <> 'delete' AND ours AND NOT referenced) AS deleted,
                       count(*) FILTER (WHERE action <> 'delete' AND (NOT ours OR begun = 'insert' AND referenced) OR action = 'delete' AND ours IS NOT NULL) AS left
                  FROM godwit_judged
                """.formatted(
                        sql.isReferenced(),
                        model.target().quoted(),
                        WRITER,
                        isSame("godwit_c"),
                        model.targetName().is("godwit_t", "godwit_c.key"),
                        literal(model.target()));
    }

    private String isJournaled() {
        return model.targetName().is("godwit_t", "godwit_j.key");
    }
}
