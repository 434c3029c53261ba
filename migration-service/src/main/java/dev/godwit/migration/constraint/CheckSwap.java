package dev.godwit.migration.constraint;

import dev.godwit.migration.definition.ConstraintSwap;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.operation.Statement;
import dev.godwit.migration.sql.PgErrors;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowIterator;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * A check constraint that follows the rows: while they are of two forms it allows both; when none is left of the old, it demands the new; and a rollback takes it back the
 * same way.
 *
 * <p>How far it has come stands in {@code godwit.check_swap}, written in the transaction that changes the constraint. Transaction: every method joins the caller's.
 * Idempotency: what is done already is left alone. Failure semantics: an ALTER TABLE whose lock is not to be had at once fails with 55P03; try again.
 */
public final class CheckSwap {

    private static final String LOOK = """
            SELECT pg_get_constraintdef(c.oid) AS definition, pg_get_expr(c.conbin, c.conrelid) AS condition, c.convalidated AS validated
              FROM pg_constraint AS c
             WHERE c.conrelid = $1::text::regclass
               AND c.conname = $2
               AND c.contype = 'c'
            """;

    private static final String STAGE = """
            SELECT stage, former, former_condition, former_validated, 'godwit_check_' || r.serial AS successor
              FROM godwit.check_swap AS s
              JOIN godwit.run AS r ON r.id = s.run_id
             WHERE s.run_id = $1
            """;

    /** What stood there before an earlier run that did not bring it to an end. */
    private static final String FORMER = """
            SELECT former, former_condition, former_validated
              FROM godwit.check_swap
             WHERE relation = $1
               AND name = $2
               AND stage = 'wide'
             ORDER BY changed_at DESC
             LIMIT 1
            """;

    private static final String BEGIN = """
            INSERT INTO godwit.check_swap (run_id, relation, name, former, former_condition, former_validated, stage)
            VALUES ($1, $2, $3, $4, $5, $6, 'wide')
            ON CONFLICT DO NOTHING
            """;

    private static final String SET_STAGE = """
            UPDATE godwit.check_swap
               SET stage = $2, changed_at = clock_timestamp()
             WHERE run_id = $1
            """;

    private static final String NOT_VALID = " NOT VALID";

    private final TableName table;
    private final ConstraintSwap swap;
    private final String scope;
    private final SwapSql sql;

    /**
     * The swap of a definition.
     *
     * @param key column that names a row
     * @param scope SQL condition of the rows that a run acts on
     */
    public CheckSwap(TableName table, String key, String scope, ConstraintSwap swap) {
        this.table = table;
        this.swap = swap;
        this.scope = scope;
        this.sql = new SwapSql(table, key, swap);
    }

    /** The constraint's name. */
    public String name() {
        return swap.name();
    }

    /** All statements, for people. */
    public List<Statement> statements() {
        return sql.statements(scope);
    }

    private record Catalogued(String definition, String condition, boolean validated) {

        static Catalogued fromRow(Row row) {
            return new Catalogued(row.getString("definition"), row.getString("condition"), row.getBoolean("validated"));
        }
    }

    /** How far a run has come with it. */
    private record Stage(String name, Catalogued former, String successor) {

        static Stage fromRow(Row row) {
            return new Stage(row.getString("stage"), former(row), row.getString("successor"));
        }

        static Catalogued former(Row row) {
            return new Catalogued(
                    row.getString("former"), row.getString("former_condition"), row.getBoolean("former_validated"));
        }

        boolean is(String other) {
            return name.equals(other);
        }
    }

    /** Compares what the catalog has with what the definition says. */
    public Uni<ConstraintForm> form(SqlConnection connection) {
        return look(connection, swap.name()).chain(found -> found.map(constraint -> form(connection, constraint))
                .orElseGet(() -> Uni.createFrom().item(ConstraintForm.ABSENT)));
    }

    private Uni<ConstraintForm> form(SqlConnection connection, Catalogued constraint) {
        return connection.query(sql.compare(constraint.condition())).execute().map(rows -> {
            List<String> conditions = conditions(rows.iterator().next().getValue(0));
            String now = conditions.get(3);
            if (now.equals(conditions.get(0))) {
                return ConstraintForm.FORMER;
            }
            if (now.equals(conditions.get(1))) {
                return ConstraintForm.NEW;
            }
            return now.equals(conditions.get(2)) ? ConstraintForm.WIDE : ConstraintForm.OTHER;
        });
    }

    /** The uppermost node that says what it yields. */
    private static List<String> conditions(Object plan) {
        if (plan instanceof JsonArray array) {
            return conditions(array.getValue(0));
        }
        JsonObject node = (JsonObject) plan;
        if (node.containsKey("Output")) {
            return node.getJsonArray("Output").stream().map(Object::toString).toList();
        }
        return conditions(node.containsKey("Plan") ? node.getValue("Plan") : node.getValue("Plans"));
    }

    /** The constraint as the catalog has it, for people; empty when there is none. */
    public Uni<Optional<String>> definition(SqlConnection connection) {
        return look(connection, swap.name()).map(found -> found.map(Catalogued::definition));
    }

    private Uni<Optional<Catalogued>> look(SqlConnection connection, String name) {
        return connection
                .preparedQuery(LOOK)
                .execute(Tuple.of(table.quoted(), name))
                .map(rows -> first(rows.iterator()).map(Catalogued::fromRow));
    }

    private static Optional<Row> first(RowIterator<Row> rows) {
        return rows.hasNext() ? Optional.of(rows.next()) : Optional.empty();
    }

    /** Before the first row is changed: allows rows of both forms. */
    public Uni<Void> open(SqlConnection connection, String run) {
        return stage(connection, run)
                .chain(stage -> stage.isPresent()
                        ? Uni.createFrom().voidItem()
                        : form(connection).chain(form -> open(connection, run, form)));
    }

    private Uni<Void> open(SqlConnection connection, String run, ConstraintForm form) {
        return switch (form) {
            case FORMER ->
                look(connection, swap.name()).map(Optional::orElseThrow).chain(former -> alter(connection, sql.widen())
                        .chain(() -> begin(connection, run, former)));
            case WIDE -> inherited(connection).chain(former -> begin(connection, run, former));
            case NEW -> Uni.createFrom().voidItem();
            case OTHER, ABSENT ->
                Uni.createFrom()
                        .failure(new IllegalStateException("constraint " + swap.name() + " of " + table
                                + " is not what the definition says of it"));
        };
    }

    /** What an earlier run found, or what the definition says when none has kept it. */
    private Uni<Catalogued> inherited(SqlConnection connection) {
        return connection
                .preparedQuery(FORMER)
                .execute(Tuple.of(table.toString(), swap.name()))
                .map(rows -> first(rows.iterator())
                        .map(Stage::former)
                        .orElseGet(() -> new Catalogued("CHECK (" + swap.from() + ")", swap.from(), true)));
    }

    private Uni<Void> begin(SqlConnection connection, String run, Catalogued former) {
        String definition = former.definition().endsWith(NOT_VALID)
                ? former.definition().substring(0, former.definition().length() - NOT_VALID.length())
                : former.definition();
        Tuple row = Tuple.tuple()
                .addString(run)
                .addString(table.toString())
                .addString(swap.name())
                .addString(definition)
                .addString(former.condition())
                .addBoolean(former.validated());
        return connection.preparedQuery(BEGIN).execute(row).replaceWithVoid();
    }

    /** Before the first row is restored: allows rows of both forms again. A constraint that somebody has made another since is theirs. */
    public Uni<Void> reopen(SqlConnection connection, String run) {
        return stage(connection, run)
                .chain(found -> found.isEmpty()
                        ? Uni.createFrom().voidItem()
                        : alter(connection, sql.drop(found.get().successor()))
                                .chain(() -> form(connection))
                                .chain(form -> reopen(connection, run, form)));
    }

    private Uni<Void> reopen(SqlConnection connection, String run, ConstraintForm form) {
        return switch (form) {
            case WIDE -> setStage(connection, run, "wide");
            case FORMER, NEW -> alter(connection, sql.widen()).chain(() -> setStage(connection, run, "wide"));
            case OTHER, ABSENT -> setStage(connection, run, "left");
        };
    }

    /** When no row is pending: demands the new form of what is written from now on, unless rows stand in the way, which are answered. */
    public Uni<Violations> narrow(SqlConnection connection, String run) {
        return stage(connection, run)
                .chain(found -> narrow(connection, run, found, "CHECK (" + swap.to() + ")", swap.to(), scope));
    }

    /**
     * When every row is restored that can be: demands the former form of what is written from now on, unless rows stand in the way, which are answered. A former constraint
     * that was not valid is put back as it was, whatever rows there are.
     */
    public Uni<Violations> narrowBack(SqlConnection connection, String run) {
        return stage(connection, run).chain(found -> {
            Catalogued former = found.map(Stage::former).orElse(new Catalogued("", "true", true));
            String condition = former.validated() ? former.condition() : "true";
            return narrow(connection, run, found, former.definition(), condition, "false");
        });
    }

    private Uni<Violations> narrow(
            SqlConnection connection, String run, Optional<Stage> found, String check, String condition, String due) {
        Optional<Stage> wide = found.filter(stage -> stage.is("wide"));
        if (wide.isEmpty()) {
            return Uni.createFrom().item(none());
        }
        String successor = wide.get().successor();
        return look(connection, successor)
                .chain(there -> there.isPresent()
                        ? Uni.createFrom().item(none())
                        : violations(connection, run, condition, due)
                                .call(rows -> rows.isEmpty()
                                        ? alter(connection, sql.add(successor, check))
                                        : Uni.createFrom().voidItem()));
    }

    private Violations none() {
        return new Violations(swap.name(), List.of(), 0, 0);
    }

    private Uni<Violations> violations(SqlConnection connection, String run, String condition, String due) {
        return connection
                .query(SwapSql.AT_LENGTH)
                .execute()
                .chain(() ->
                        connection.preparedQuery(sql.violations(condition, due)).execute(Tuple.of(run)))
                .map(this::violations);
    }

    private Violations violations(RowSet<Row> rows) {
        List<String> keys = new ArrayList<>();
        long counted = 0;
        long pending = 0;
        for (Row row : rows) {
            counted++;
            pending += row.getBoolean("pending") ? 1 : 0;
            if (keys.size() < Violations.NAMED_MAX) {
                keys.add(row.getString("key"));
            }
        }
        return new Violations(swap.name(), keys, counted, pending);
    }

    /**
     * Checks what was demanded of new writes for all rows. Failure semantics: 23514 when one does not comply; see {@link #isViolation}.
     *
     * @param back while rolling back
     */
    public Uni<Void> validate(SqlConnection connection, String run, boolean back) {
        return whenAdded(
                connection,
                run,
                (stage, successor) ->
                        successor.validated() || (back && !stage.former().validated())
                                ? Uni.createFrom().voidItem()
                                : connection
                                        .query(SwapSql.AT_LENGTH)
                                        .execute()
                                        .chain(() -> alter(connection, sql.validate(stage.successor()))));
    }

    /** Whether a failure of {@link #validate} means that a row does not comply. */
    public static boolean isViolation(Throwable failure) {
        return PgErrors.sqlState(failure).filter("23514"::equals).isPresent();
    }

    /** Takes back what was demanded of new writes, after rows were found that do not comply. */
    public Uni<Void> giveUp(SqlConnection connection, String run) {
        return whenAdded(connection, run, (stage, successor) -> alter(connection, sql.drop(stage.successor())));
    }

    /** With the end of a run: what was added takes the place and the name of the wide one. Where nothing was added, the wide one stays. */
    public Uni<Void> close(SqlConnection connection, String run, boolean back) {
        return whenAdded(connection, run, (stage, successor) -> alter(connection, sql.drop(swap.name()))
                .chain(() -> alter(connection, sql.rename(stage.successor())))
                .chain(() -> setStage(connection, run, back ? "former" : "new")));
    }

    private Uni<Void> whenAdded(SqlConnection connection, String run, BiFunction<Stage, Catalogued, Uni<Void>> then) {
        return stage(connection, run).chain(found -> {
            Optional<Stage> wide = found.filter(stage -> stage.is("wide"));
            return wide.isEmpty()
                    ? Uni.createFrom().voidItem()
                    : look(connection, wide.get().successor())
                            .chain(there -> there.isPresent()
                                    ? then.apply(wide.get(), there.get())
                                    : Uni.createFrom().voidItem());
        });
    }

    private static Uni<Optional<Stage>> stage(SqlConnection connection, String run) {
        return connection.preparedQuery(STAGE).execute(Tuple.of(run)).map(rows -> first(rows.iterator())
                .map(Stage::fromRow));
    }

    private static Uni<Void> setStage(SqlConnection connection, String run, String stage) {
        return connection.preparedQuery(SET_STAGE).execute(Tuple.of(run, stage)).replaceWithVoid();
    }

    private static Uni<Void> alter(SqlConnection connection, String statement) {
        return connection
                .query(SwapSql.BRIEFLY)
                .execute()
                .chain(() -> connection.query(statement).execute())
                .replaceWithVoid();
    }
}
