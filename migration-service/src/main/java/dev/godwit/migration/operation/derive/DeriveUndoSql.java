package dev.godwit.migration.operation.derive;

import static dev.godwit.migration.definition.Identifier.literal;
import static dev.godwit.migration.definition.Identifier.quote;
import static java.util.stream.Collectors.joining;

import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.operation.RowName;

/**
 * The statements of a derive that take rows back. Only rows that the run inserted are ever touched, and only while they are what it made of them: the transaction that a
 * row shows is one of the run's, or one of another run of Godwit that has given the row back to what it was.
 */
public final class DeriveUndoSql {

    private final DeriveModel model;
    private final DeriveSql sql;

    public DeriveUndoSql(DeriveModel model) {
        this.model = model;
        this.sql = new DeriveSql(model);
    }

    /**
     * Rows of the run that entities no longer derive: {@code $1} run, {@code $2} keys of the entities. Yields {@code entity} and {@code name}. What is derived and what is
     * there are brought together by grouping, as when rows are inserted.
     */
    public String superfluous() {
        return """
                SELECT w.entity, max(w.name) AS name
                  FROM (SELECT godwit_e.%s::text AS entity, %s AS identity, NULL::text AS name
                          FROM %s
                         CROSS JOIN LATERAL %s
                         UNION ALL
                        SELECT godwit_j.entity, %s, godwit_j.key
                          FROM godwit.derived AS godwit_j
                          JOIN %s AS godwit_t ON %s
                         WHERE godwit_j.run_id = $1
                           AND godwit_j.entity = ANY ($2::text[])
                           AND NOT godwit_j.retracted) AS w
                 GROUP BY w.entity, w.identity
                HAVING count(*) = count(w.name)
                 ORDER BY 1, 2
                """.formatted(
                        quote(model.key()),
                        sql.identityOf("godwit_d"),
                        sql.inScope(2),
                        sql.derived(),
                        sql.identityOf("godwit_t"),
                        model.target().quoted(),
                        isJournaled());
    }

    /** Those of the run's rows that may be taken back: {@code $1} run, {@code $2} names. Yields {@code name}. */
    public String retractable(boolean lock) {
        return """
                SELECT godwit_j.key AS name
                  FROM godwit.derived AS godwit_j
                  JOIN %s AS godwit_t ON %s
                 WHERE godwit_j.run_id = $1
                   AND godwit_j.key = ANY ($2::text[])
                   AND NOT godwit_j.retracted
                   AND %s
                   AND NOT %s
                 ORDER BY 1%s
                """.formatted(
                        model.target().quoted(),
                        isJournaled(),
                        isOurs(),
                        isReferenced(),
                        lock ? "\n   FOR UPDATE OF godwit_t" : "");
    }

    /**
     * Rows of the run in a range of blocks whose entities are gone, locked: {@code $1} run, {@code $2}, {@code $3} tid bounds. Yields {@code entity} and {@code name}.
     *
     * <p>OFFSET 0 and a scalar query: rows of the range are looked up one by one; of a journal that grows while statistics say that it is empty, PostgreSQL would judge all
     * rows for each range.
     */
    public String orphaned(TableName relation) {
        String alias = quote(model.root().name());
        return """
                SELECT godwit_j.entity, godwit_j.key AS name
                  FROM ONLY %s AS godwit_t
                 CROSS JOIN LATERAL (
                    SELECT godwit_i.entity, godwit_i.key, godwit_i.after
                      FROM godwit.derived AS godwit_i
                     WHERE godwit_i.run_id = $1
                       AND godwit_i.key = %s
                       AND NOT godwit_i.retracted
                       AND godwit_i.entity IS NOT NULL
                    OFFSET 0) AS godwit_j
                 WHERE godwit_t.ctid >= $2::text::tid
                   AND godwit_t.ctid < $3::text::tid
                   AND %s
                   AND NOT %s
                   AND (SELECT true
                          FROM %s AS %s
                         WHERE %s.%s = godwit_j.entity::%s
                           AND (%s)
                         LIMIT 1) IS NULL
                   FOR UPDATE OF godwit_t
                """.formatted(
                        relation.quoted(),
                        sql.rowName("godwit_t"),
                        isOurs(),
                        isReferenced(),
                        model.root().quoted(),
                        alias,
                        alias,
                        quote(model.key()),
                        model.keyType().castName(),
                        model.definition().where());
    }

    /** Rows of a batch as they are now, locked: {@code $1} run, {@code $2} batch. Yields {@code name}, whether the row is {@code ours} still, and {@code referenced} by rows of others. */
    public String lockInserted() {
        return """
                SELECT godwit_j.key AS name, %s AS ours, %s AS referenced
                  FROM godwit.derived AS godwit_j
                  JOIN %s AS godwit_t ON %s
                 WHERE godwit_j.run_id = $1
                   AND godwit_j.batch = $2
                   AND NOT godwit_j.retracted
                 ORDER BY godwit_j.key
                   FOR UPDATE OF godwit_t
                """.formatted(isOurs(), isReferenced(), model.target().quoted(), isJournaled());
    }

    /** Deletes rows of the target: {@code $1} names. */
    public String delete() {
        return """
                DELETE FROM %s AS godwit_t
                 USING unnest($1::text[]) AS godwit_k(name)
                 WHERE %s
                """.formatted(model.target().quoted(), new RowName(model.targetKey()).is("godwit_t", "godwit_k.name"));
    }

    /** Rows in a range of blocks that others have written since the run began, and that no rollback has told of: {@code $1} run, {@code $2}, {@code $3} tid bounds, {@code $4} the barrier. Yields {@code name}. */
    public String writtenByOthers(TableName relation) {
        return """
                SELECT %s AS name
                  FROM ONLY %s AS godwit_t
                 WHERE godwit_t.ctid >= $2::text::tid
                   AND godwit_t.ctid < $3::text::tid
                   AND age(godwit_t.xmin) <= age(($4::bigint & 4294967295)::text::xid)
                   AND %s
                   AND NOT EXISTS (SELECT
                                     FROM godwit.derived AS godwit_j
                                    WHERE godwit_j.run_id = $1 AND godwit_j.key = %s AND godwit_j.kept IS NOT NULL)
                 ORDER BY 1
                """.formatted(sql.rowName("godwit_t"), relation.quoted(), isOthers(), sql.rowName("godwit_t"));
    }

    /** What a rollback would do: {@code $1} run. */
    public String preview() {
        return """
                WITH godwit_judged AS (
                    SELECT DISTINCT ON (godwit_j.key) %s AND NOT %s AS goes
                      FROM godwit.derived AS godwit_j
                      JOIN godwit.batch AS godwit_u ON godwit_u.run_id = godwit_j.run_id AND godwit_u.number = godwit_j.batch AND NOT godwit_u.undone
                      JOIN %s AS godwit_t ON %s
                     WHERE godwit_j.run_id = $1
                       AND NOT godwit_j.retracted
                     ORDER BY godwit_j.key, godwit_u.undo_order DESC)
                SELECT %s AS relation, 0::bigint AS restored, count(*) FILTER (WHERE goes) AS deleted, count(*) FILTER (WHERE NOT goes) AS left
                  FROM godwit_judged
                """.formatted(isOurs(), isReferenced(), model.target().quoted(), isJournaled(), literal(model.target()));
    }

    /** The batches whose transaction a row shows, by 32 bits. To be put into a scalar query: of EXISTS PostgreSQL would make a hash of all batches, for the few rows at hand. */
    private static final String WRITERS =
            "FROM godwit.batch AS godwit_b WHERE (godwit_b.xid::text::bigint & 4294967295) = godwit_t.xmin::text::bigint";

    private static String isOurs() {
        return "(SELECT bool_or(godwit_b.run_id = $1 OR godwit_j.after = " + DeriveSql.digest() + "::uuid) " + WRITERS
                + ") IS TRUE";
    }

    private static String isOthers() {
        return "(SELECT count(*) " + WRITERS + ") = 0";
    }

    /** Rows of others that hang on a row would go with it, or forbid it to go. */
    private String isReferenced() {
        return model.dependents().isEmpty()
                ? "false"
                : model.dependents().stream()
                        .map(dependent -> dependent.refersTo("godwit_t"))
                        .collect(joining(" OR ", "(", ")"));
    }

    private String isJournaled() {
        return new RowName(model.targetKey()).is("godwit_t", "godwit_j.key");
    }
}
