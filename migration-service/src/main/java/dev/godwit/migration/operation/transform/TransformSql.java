package dev.godwit.migration.operation.transform;

import static dev.godwit.migration.definition.Identifier.literal;
import static dev.godwit.migration.definition.Identifier.quote;
import static java.util.stream.Collectors.joining;

import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.operation.ExactText;
import dev.godwit.migration.operation.Quarantine;
import dev.godwit.migration.operation.transform.TransformModel.Changed;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The statements of a transform. Expressions of the definition see the row under the table's own name; what Godwit adds is called {@code godwit_…}, so that nothing
 * becomes ambiguous.
 */
public final class TransformSql {

    private final TransformModel model;
    private final Foresight foresight;

    public TransformSql(TransformModel model) {
        this.model = model;
        this.foresight = new Foresight(model);
    }

    /**
     * Rows of a range of blocks that are in scope, without those that failed before: {@code $1}, {@code $2} tid bounds, {@code $3} the run.
     */
    public String readRange(TableName relation, Classification how) {
        return """
                SELECT %s
                  FROM ONLY %s AS %s
                 WHERE %s.ctid >= $1::text::tid
                   AND %s.ctid < $2::text::tid
                   AND (%s)
                   AND %s%s
                """.formatted(
                        columns(how),
                        relation.quoted(),
                        alias(),
                        alias(),
                        alias(),
                        model.definition().where(),
                        Quarantine.neverFailed(3, keyText()),
                        how.lock() ? "\n   FOR NO KEY UPDATE OF " + alias() : "");
    }

    /** Rows by key, in scope or not: {@code $1} keys. */
    public String readKeys(Classification how) {
        return """
                SELECT %s
                  FROM %s AS %s
                 WHERE %s = ANY (%s)
                 ORDER BY %s%s
                """.formatted(
                        columns(how),
                        model.root().quoted(),
                        alias(),
                        key(),
                        model.keyType().array(1),
                        key(),
                        how.lock() ? "\n   FOR NO KEY UPDATE OF " + alias() : "");
    }

    /** Keys of a range of blocks, with no expression of the definition evaluated: {@code $1}, {@code $2} tid bounds. */
    public String keysOfRange(TableName relation) {
        return """
                SELECT %s AS key
                  FROM ONLY %s AS %s
                 WHERE %s.ctid >= $1::text::tid
                   AND %s.ctid < $2::text::tid
                """.formatted(keyText(), relation.quoted(), alias(), alias(), alias());
    }

    /**
     * How rows are classified.
     *
     * @param lock for a batch that writes
     * @param foresee evaluates the new values without writing them, and tells whether the row would be pending still
     * @param barrier the transaction from which on writers are new; what they wrote is told apart
     */
    public record Classification(boolean lock, boolean foresee, Optional<Long> barrier) {}

    private String columns(Classification how) {
        return """
                %s AS key,
                       %s IS TRUE AS in_scope,
                       %s IS TRUE AS pending,
                       %s AS late,
                       %s AS forbidden,
                       %s AS misfit""".formatted(
                keyText(),
                scope(),
                pending(),
                how.barrier().map(this::isLate).orElse("false"),
                forbidden(),
                how.foresee() ? "CASE WHEN " + pending() + " THEN " + foresight.becomes() + " END" : "NULL::text");
    }

    private String scope() {
        return "(" + model.definition().where() + ")";
    }

    /** Whether a row is pending is asked of rows in scope only: for others it need not be computable. */
    private String pending() {
        return "(CASE WHEN " + scope() + " THEN (" + model.definition().pending() + ") END)";
    }

    /** Its age tells a row's transaction from the barrier: numbers of 32 bits are compared in a circle. */
    private String isLate(long barrier) {
        return "age(%s.xmin) <= age('%d'::xid)".formatted(alias(), barrier & 0xFFFF_FFFFL);
    }

    /** Whether the constraint that is to come forbids the row as it is. */
    private String forbidden() {
        return model.definition()
                .constraint()
                .map(swap -> "(NOT (" + swap.to() + ")) IS TRUE")
                .orElse("false");
    }

    /** Changes rows and journals what they were, in one statement: {@code $1} run, {@code $2} batch, {@code $3} keys. Yields {@code key} and, where the new row is no good, the code of its {@code misfit}. */
    public String apply() {
        return model.returnsOld()
                ? applyReturningOld(
                        model.root().quoted(),
                        key() + " = ANY (" + model.keyType().array(3) + ")")
                : applyAfterReading();
    }

    /** Whether a range of blocks can be changed as it stands, without naming its rows: of a partition, a row might have to move to another. */
    public boolean appliesRanges(TableName relation) {
        return model.returnsOld() && relation.equals(model.root());
    }

    /**
     * Changes all rows of a range of blocks that are due, and journals what they were: {@code $1} run, {@code $2} batch, {@code $3}, {@code $4} tid bounds. Yields what
     * {@link #apply} does. Rows that somebody else has locked are waited for, and looked at again.
     */
    public String applyRange(Optional<Long> barrier) {
        String due = """
                %s.ctid >= $3::text::tid
                       AND %s.ctid < $4::text::tid
                       AND %s%s
                       AND %s""".formatted(
                        alias(),
                        alias(),
                        pending(),
                        barrier.map(xid -> "\n       AND NOT " + isLate(xid)).orElse(""),
                        Quarantine.neverFailed(1, keyText()));
        return applyReturningOld("ONLY " + model.root().quoted(), due);
    }

    private String applyReturningOld(String table, String due) {
        return """
                WITH done AS (
                    UPDATE %s AS %s
                       SET %s
                     WHERE %s
                    RETURNING WITH (OLD AS godwit_old, NEW AS godwit_new)
                              godwit_new.%s::text AS key, %s AS before, %s AS after, %s AS misfit),
                     kept AS (
                    INSERT INTO godwit.image (run_id, batch, key, before, after)
                    SELECT $1, $2, key, before, after
                      FROM done)
                SELECT key, misfit
                  FROM done
                """.formatted(
                        table,
                        alias(),
                        assignments(),
                        due,
                        quote(model.key()),
                        texts("godwit_old"),
                        digest("godwit_new"),
                        foresight.misfit());
    }

    private String applyAfterReading() {
        return """
                WITH godwit_was AS MATERIALIZED (
                    SELECT %s AS godwit_key, %s AS godwit_before
                      FROM %s AS %s
                     WHERE %s = ANY (%s)
                       FOR NO KEY UPDATE),
                     done AS (
                    UPDATE %s AS %s
                       SET %s
                      FROM godwit_was
                     WHERE %s = godwit_was.godwit_key
                    RETURNING %s AS key, godwit_was.godwit_before AS before, %s AS after, %s AS misfit),
                     kept AS (
                    INSERT INTO godwit.image (run_id, batch, key, before, after)
                    SELECT $1, $2, key, before, after
                      FROM done)
                SELECT key, misfit
                  FROM done
                """.formatted(
                        key(),
                        texts(alias()),
                        model.root().quoted(),
                        alias(),
                        key(),
                        model.keyType().array(3),
                        model.root().quoted(),
                        alias(),
                        assignments(),
                        key(),
                        keyText(),
                        digest(alias()),
                        foresight.misfit());
    }

    private String assignments() {
        return model.changed().stream()
                .map(column -> quote(column.name()) + " = (" + column.expression() + ")")
                .collect(joining(",\n           "));
    }

    /** Rows of a batch as they are now, locked: {@code $1} run, {@code $2} batch. Yields {@code key}, {@code xmin} and whether they are {@code same}, that is, what the batch made of them. */
    public String lockChanged() {
        return """
                SELECT i.key, %s.xmin::text AS xmin, i.after = %s AS same
                  FROM godwit.image AS i
                  JOIN %s AS %s ON %s = i.key::%s
                 WHERE i.run_id = $1
                   AND i.batch = $2
                 ORDER BY i.key
                   FOR NO KEY UPDATE OF %s
                """.formatted(
                        alias(),
                        digest(alias()),
                        model.root().quoted(),
                        alias(),
                        key(),
                        model.keyType().castName(),
                        alias());
    }

    /** Gives rows of a batch their former values back: {@code $1} run, {@code $2} batch, {@code $3} keys. */
    public String restore() {
        String values = IntStream.range(0, model.changed().size())
                .mapToObj(i -> "%s = i.before[%d]::%s"
                        .formatted(
                                quote(model.changed().get(i).name()),
                                i + 1,
                                model.changed().get(i).type()))
                .collect(joining(",\n       "));
        return """
                UPDATE %s AS %s
                   SET %s
                  FROM godwit.image AS i
                 WHERE i.run_id = $1
                   AND i.batch = $2
                   AND i.key = ANY ($3::text[])
                   AND %s = i.key::%s
                """.formatted(
                model.root().quoted(), alias(), values, key(), model.keyType().castName());
    }

    /** What a rollback would do: {@code $1} run. */
    public String previewUndo() {
        return """
                WITH own AS MATERIALIZED (SELECT DISTINCT (xid::text::bigint & 4294967295)::text AS xmin FROM godwit.batch WHERE run_id = $1),
                     last AS MATERIALIZED (
                    SELECT DISTINCT ON (i.key) i.key, i.after
                      FROM godwit.image AS i
                      JOIN godwit.batch AS b ON b.run_id = i.run_id AND b.number = i.batch AND NOT b.undone
                     WHERE i.run_id = $1
                     ORDER BY i.key, b.undo_order DESC),
                     judged AS (
                    SELECT coalesce(own.xmin IS NOT NULL OR last.after = %s, false) AS ours
                      FROM last
                      LEFT JOIN %s AS %s ON %s = last.key::%s
                      LEFT JOIN own ON own.xmin = %s.xmin::text)
                SELECT %s AS relation, count(*) FILTER (WHERE ours) AS restored, 0::bigint AS deleted, count(*) FILTER (WHERE NOT ours) AS left
                  FROM judged
                """.formatted(
                        digest(alias()),
                        model.root().quoted(),
                        alias(),
                        key(),
                        model.keyType().castName(),
                        alias(),
                        literal(model.root()));
    }

    private String texts(String row) {
        return model.changed().stream().map(column -> text(row, column)).collect(joining(", ", "ARRAY[", "]::text[]"));
    }

    private static String text(String row, Changed column) {
        return ExactText.of(row + "." + quote(column.name()), column.bareType());
    }

    /** To see whether a row still is what the batch made of it, a digest is enough; the values are kept only of what was before. */
    private String digest(String row) {
        List<Changed> changed = model.changed();
        String value =
                changed.size() == 1 ? "coalesce('=' || " + text(row, changed.get(0)) + ", '')" : texts(row) + "::text";
        return "md5(" + value + ")::uuid";
    }

    private String key() {
        return alias() + "." + quote(model.key());
    }

    private String keyText() {
        return key() + "::text";
    }

    private String alias() {
        return quote(model.root().name());
    }
}
