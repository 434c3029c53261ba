package dev.godwit.migration.operation.derive;

import static dev.godwit.migration.definition.Identifier.quote;
import static java.util.stream.Collectors.joining;

import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.operation.Quarantine;
import dev.godwit.migration.operation.RowName;
import dev.godwit.migration.operation.RowName.Part;
import dev.godwit.migration.operation.derive.DeriveModel.Watch;
import java.util.List;

/**
 * The statements of a derive that compute and insert. The query of the definition sees one row as {@code entity}, so that what an entity derives does not depend on who
 * else is in its batch; what Godwit adds is called {@code godwit_…}, so that nothing becomes ambiguous.
 */
public final class DeriveSql {

    private final DeriveModel model;

    public DeriveSql(DeriveModel model) {
        this.model = model;
    }

    /**
     * Keys of the entities in a range of blocks that are in scope, without those that failed before: {@code $1}, {@code $2} tid bounds, {@code $3} the run.
     */
    public String readRange(TableName relation, boolean lock) {
        return """
                SELECT %s::text AS key, true AS in_scope
                  FROM ONLY %s AS %s
                 WHERE %s.ctid >= $1::text::tid
                   AND %s.ctid < $2::text::tid
                   AND (%s)
                   AND %s%s
                """.formatted(
                        key(),
                        relation.quoted(),
                        alias(),
                        alias(),
                        alias(),
                        model.definition().where(),
                        Quarantine.neverFailed(3, key() + "::text"),
                        lock ? forUpdate() : "");
    }

    /** Keys of a range of blocks, with no expression of the definition evaluated: {@code $1}, {@code $2} tid bounds. */
    public String keysOfRange(TableName relation) {
        return """
                SELECT %s::text AS key
                  FROM ONLY %s AS %s
                 WHERE %s.ctid >= $1::text::tid
                   AND %s.ctid < $2::text::tid
                """.formatted(key(), relation.quoted(), alias(), alias(), alias());
    }

    /** Entities by key, in scope or not: {@code $1} keys. */
    public String readKeys(boolean lock) {
        return """
                SELECT %s::text AS key, (%s) IS TRUE AS in_scope
                  FROM %s AS %s
                 WHERE %s = ANY (%s)
                 ORDER BY %s%s
                """.formatted(
                        key(),
                        model.definition().where(),
                        model.root().quoted(),
                        alias(),
                        key(),
                        model.keyType().array(1),
                        key(),
                        lock ? forUpdate() : "");
    }

    private String forUpdate() {
        return "\n   FOR NO KEY UPDATE OF " + alias();
    }

    /**
     * How many rows entities lack: {@code $1} keys. Yields {@code key}, {@code missing} and {@code misfit}, the code of what PostgreSQL would say against one of the rows.
     *
     * @param misfit SQL over {@code godwit_d}, a derived row, that yields such a code or null
     */
    public String countMissing(String misfit) {
        return """
                SELECT godwit_e.%s::text AS key, godwit_n.missing, godwit_n.misfit
                  FROM %s
                 CROSS JOIN LATERAL (
                    SELECT count(DISTINCT %s) AS missing, min(%s) AS misfit
                      FROM %s
                     WHERE %s) AS godwit_n
                 ORDER BY 1
                """.formatted(quote(model.key()), inScope(1), identityOf("godwit_d"), misfit, derived(), isMissing());
    }

    /**
     * Inserts what is missing and journals it, in one statement: {@code $1} run, {@code $2} batch, {@code $3} keys. Yields per entity that lacked something how many rows
     * it {@code wanted}, and the names of those {@code inserted}. Of two rows of one identity one is inserted, whoever derives them, and of those of one entity always the
     * same one.
     *
     * <p>What was wanted and what was inserted are brought together by grouping: of a join of the two the planner knows no sizes, and compares each with each.
     */
    public String insertMissing() {
        String identity = columns("godwit_d", model.identity());
        return """
                WITH godwit_wanted AS MATERIALIZED (
                    SELECT DISTINCT ON (%s) godwit_e.%s::text AS godwit_entity, %s AS godwit_identity, godwit_d.*
                      FROM %s
                     CROSS JOIN LATERAL %s
                     WHERE %s
                     ORDER BY %s, godwit_e.%s%s),
                     godwit_done AS (
                    INSERT INTO %s AS godwit_t (%s)
                    SELECT %s
                      FROM godwit_wanted
                    ON CONFLICT (%s) DO NOTHING
                    RETURNING %s AS name, %s AS identity, %s AS after),
                     godwit_all AS MATERIALIZED (
                    SELECT max(w.entity) AS entity, max(w.name) AS name, max(w.after) AS after
                      FROM (SELECT godwit_identity AS identity, godwit_entity AS entity, NULL::text AS name, NULL::text AS after
                              FROM godwit_wanted
                             UNION ALL
                            SELECT identity, NULL, name, after
                              FROM godwit_done) AS w
                     GROUP BY w.identity),
                     godwit_kept AS (
                    INSERT INTO godwit.derived (run_id, batch, entity, key, after)
                    SELECT $1, $2, entity, name, after::uuid
                      FROM godwit_all
                     WHERE name IS NOT NULL)
                SELECT entity, count(*) AS wanted, coalesce(array_agg(name) FILTER (WHERE name IS NOT NULL), '{}') AS inserted
                  FROM godwit_all
                 WHERE entity IS NOT NULL
                 GROUP BY entity
                 ORDER BY entity
                """.formatted(
                        identity,
                        quote(model.key()),
                        identityOf("godwit_d"),
                        inScope(3),
                        derived(),
                        isMissing(),
                        identity,
                        quote(model.key()),
                        model.yielded().size() > model.identity().size() ? ", godwit_d::text" : "",
                        model.target().quoted(),
                        yieldedColumns(""),
                        yieldedColumns("godwit_wanted."),
                        columns("", model.identity()),
                        rowName("godwit_t"),
                        identityOf("godwit_t"),
                        digest());
    }

    /** Texts of the keys of entities that changed rows of a watched table belong to: {@code $1} names of the rows. */
    public String entitiesOf(Watch watch) {
        String table = quote(watch.table().name());
        return """
                SELECT DISTINCT (%s)::text AS key
                  FROM unnest($1::text[]) AS godwit_k(name)
                  JOIN %s AS %s ON %s
                """.formatted(
                        watch.entity(),
                        watch.table().quoted(),
                        table,
                        new RowName(watch.primaryKey()).is(table, "godwit_k.name"));
    }

    /** What the first so many entities in scope derive; none of it, to have it checked only. */
    public String sample(int entities) {
        return """
                SELECT godwit_d.*
                  FROM %s
                 CROSS JOIN LATERAL %s
                 LIMIT %d
                """.formatted(first(100), derived(), entities);
    }

    /** Yields {@code differing}: how many of the first so many entities derive other identities when asked twice. */
    public String differing(int entities) {
        String identities = "(SELECT array_agg(DISTINCT godwit_i.identity) FROM (SELECT " + identityOf("godwit_d")
                + "::text AS identity FROM " + derived() + ") AS godwit_i)";
        return """
                SELECT count(*) AS differing
                  FROM %s
                 WHERE %s IS DISTINCT FROM %s
                """.formatted(first(entities), identities, identities);
    }

    private String first(int entities) {
        return "(SELECT %s.* FROM %s AS %s WHERE (%s) LIMIT %d) AS godwit_e"
                .formatted(
                        alias(),
                        model.root().quoted(),
                        alias(),
                        model.definition().where(),
                        entities);
    }

    /** Entities by key that are in scope, under the name {@code godwit_e}. OFFSET 0: what they derive is computed for no others. */
    String inScope(int parameter) {
        return """
                (SELECT %s.*
                          FROM %s AS %s
                         WHERE %s = ANY (%s)
                           AND (%s)
                        OFFSET 0) AS godwit_e""".formatted(
                        alias(),
                        model.root().quoted(),
                        alias(),
                        key(),
                        model.keyType().array(parameter),
                        model.definition().where());
    }

    /** What one entity derives, in the types of the target, under the name {@code godwit_d}. */
    String derived() {
        String columns = model.yielded().stream()
                .map(column ->
                        "godwit_r." + quote(column.name()) + "::" + column.cast() + " AS " + quote(column.name()))
                .collect(joining(", "));
        return """
                (
                        WITH entity AS NOT MATERIALIZED (SELECT godwit_e.*)
                        SELECT %s
                          FROM (%s
                               ) AS godwit_r) AS godwit_d""".formatted(columns, model.definition().rows());
    }

    /** No row of the target has the identity of {@code godwit_d}. A scalar query, so that it is looked up row by row: of NOT EXISTS PostgreSQL might make a hash of the whole table. */
    private String isMissing() {
        String same = model.identity().stream()
                .map(part -> RowName.same(
                        "godwit_t." + quote(part.name()), "godwit_d." + quote(part.name()), part.nullable()))
                .collect(joining(" AND "));
        return "(SELECT true FROM " + model.target().quoted() + " AS godwit_t WHERE " + same + " LIMIT 1) IS NULL";
    }

    /** An identity as one value: arrays of texts can be hashed, and NULL equals NULL in them. */
    String identityOf(String row) {
        return model.identity().stream()
                .map(part -> row + "." + quote(part.name()) + "::text")
                .collect(joining(", ", "ARRAY[", "]"));
    }

    /** The name of a row of the target. */
    String rowName(String row) {
        return new RowName(model.targetKey()).of(row);
    }

    /** The whole row, made small: whether it still is what the run inserted. */
    static String digest() {
        return "md5(godwit_t::text)";
    }

    private String yieldedColumns(String prefix) {
        return model.yielded().stream()
                .map(column -> prefix + quote(column.name()))
                .collect(joining(", "));
    }

    private static String columns(String row, List<Part> parts) {
        String prefix = row.isEmpty() ? "" : row + ".";
        return parts.stream().map(part -> prefix + quote(part.name())).collect(joining(", "));
    }

    private String key() {
        return alias() + "." + quote(model.key());
    }

    private String alias() {
        return quote(model.root().name());
    }
}
