package dev.godwit.migration.constraint;

import static dev.godwit.migration.definition.Identifier.quote;

import dev.godwit.migration.definition.ConstraintSwap;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.operation.Statement;
import java.util.List;

/**
 * The statements by which a check constraint follows the rows. Each ALTER TABLE takes its lock for a moment only: NOT VALID reads no row, and VALIDATE, which does, lets
 * writers go on.
 */
final class SwapSql {

    /** A lock that is not to be had at once must not queue the application behind it. That there was nothing to drop is no news. */
    static final String BRIEFLY =
            "SELECT set_config('lock_timeout', '500ms', true), set_config('client_min_messages', 'warning', true)";

    /** A table is read for as long as it takes, in steps that nobody waits for. */
    static final String AT_LENGTH = "SET LOCAL statement_timeout = 0";

    /** A name that people are unlikely to have given. */
    static final String SUCCESSOR = "godwit_check_";

    private final TableName table;
    private final String key;
    private final ConstraintSwap swap;

    SwapSql(TableName table, String key, ConstraintSwap swap) {
        this.table = table;
        this.key = key;
        this.swap = swap;
    }

    String widen() {
        return """
                ALTER TABLE %s
                      DROP CONSTRAINT IF EXISTS %s,
                       ADD CONSTRAINT %s CHECK ((%s) OR (%s)) NOT VALID
                """.formatted(table.quoted(), quote(swap.name()), quote(swap.name()), swap.from(), swap.to());
    }

    /** Adds what is to come beside what is there, for rows written from now on. */
    String add(String successor, String check) {
        return """
                ALTER TABLE %s
                  ADD CONSTRAINT %s %s NOT VALID
                """.formatted(table.quoted(), quote(successor), check);
    }

    String validate(String successor) {
        return "ALTER TABLE " + table.quoted() + " VALIDATE CONSTRAINT " + quote(successor);
    }

    String drop(String constraint) {
        return "ALTER TABLE " + table.quoted() + " DROP CONSTRAINT IF EXISTS " + quote(constraint);
    }

    String rename(String successor) {
        return "ALTER TABLE " + table.quoted() + " RENAME CONSTRAINT " + quote(successor) + " TO " + quote(swap.name());
    }

    /**
     * Rows that a condition forbids, and whether the run has still to see to them: {@code $1} run. A condition that is null forbids nothing, as in a constraint.
     *
     * @param scope SQL condition of the rows that the run acts on
     */
    String violations(String condition, String scope) {
        return """
                SELECT godwit_v.key, godwit_v.in_scope AND NOT EXISTS (SELECT FROM godwit.quarantine AS q WHERE q.run_id = $1 AND q.key = godwit_v.key) AS pending
                  FROM (SELECT %s.%s::text AS key, (%s) IS TRUE AS in_scope
                          FROM %s AS %s
                         WHERE NOT (%s)
                         LIMIT %d) AS godwit_v
                """.formatted(
                        quote(table.name()),
                        quote(key),
                        scope,
                        table.quoted(),
                        quote(table.name()),
                        condition,
                        Violations.COUNTED_MAX);
    }

    /** What the planner makes of conditions shows whether they are the same, however they are spelled. */
    String compare(String catalogued) {
        return """
                EXPLAIN (VERBOSE, COSTS OFF, FORMAT JSON)
                SELECT (%s), (%s), ((%s) OR (%s)), (%s)
                  FROM %s AS %s
                """.formatted(
                swap.from(), swap.to(), swap.from(), swap.to(), catalogued, table.quoted(), quote(table.name()));
    }

    List<Statement> statements(String scope) {
        return List.of(
                new Statement(
                        "constraint-widen",
                        "before the first row is changed: rows of both forms are allowed, so that no write of the application fails",
                        widen()),
                new Statement(
                        "constraint-violations",
                        "when nothing is pending: rows that the new constraint would forbid; they are named, and it is not made",
                        violations(swap.to(), scope)),
                new Statement(
                        "constraint-add",
                        "when there are none: the new constraint holds for what is written from now on (… is the run's number)",
                        add(SUCCESSOR + "…", "CHECK (" + swap.to() + ")")),
                new Statement(
                        "constraint-validate",
                        "it is checked for all rows, while they are read and written",
                        validate(SUCCESSOR + "…")),
                new Statement("constraint-drop", "with the end of the run: the wide one goes", drop(swap.name())),
                new Statement("constraint-rename", "and the new one has its name", rename(SUCCESSOR + "…")));
    }
}
