package dev.godwit.cli.uninstall;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Leaves a database as it was before Godwit came.
 *
 * <p>Transaction: journals go run by run, since a transaction keeps a lock for each table that it drops; all else of the database in one; slots, and what is the server's, one by one
 * afterwards. Idempotency: what is gone already is no step. Failure semantics: an interrupted uninstall is finished by the next.
 */
final class Uninstall {
    private final Connection connection;
    private final Scope scope;

    /**
     * What is meant.
     *
     * @param roles of Godwit, whose privileges go
     * @param slots names besides those that are called like their publications
     * @param server also what is not of this database: origins and roles
     */
    record Scope(List<String> roles, List<String> slots, boolean server) {}

    Uninstall(Connection connection, Scope scope) {
        this.connection = connection;
        this.scope = scope;
    }

    /** Why it must not be, one line each; runs that are over hold nobody up once their user has said so. */
    List<String> obstacles(boolean forgetAll) throws SQLException {
        List<String> obstacles = new ArrayList<>();
        each(
                UninstallSql.AT_WORK,
                row -> obstacles.add("'" + row.getString(1) + "' is connected: stop Godwit's services first"));
        each(
                UninstallSql.READERS,
                row -> obstacles.add(
                        "view " + row.getString(1) + " reads Godwit's tables, and would go with them: drop it first"));
        if (isThere()) {
            each(UninstallSql.RUNS, row -> obstacle(row, forgetAll).ifPresent(obstacles::add));
        }
        return obstacles;
    }

    private static Optional<String> obstacle(ResultSet run, boolean forgetAll) throws SQLException {
        String who =
                "run " + run.getString("id") + " of " + run.getString("migration") + " is " + run.getString("state");
        if (!run.getBoolean("over")) {
            return Optional.of(who + ": complete, cancel or roll it back first");
        }
        return run.getBoolean("undoable") && !forgetAll
                ? Optional.of(who + " and can still be rolled back; with --forget-all it cannot be any more")
                : Optional.empty();
    }

    /** What would go, in order. */
    List<Step> steps() throws SQLException {
        List<Step> steps = new ArrayList<>();
        if (isThere()) {
            steps.addAll(steps(UninstallSql.JOURNALS));
        }
        steps.addAll(ofDatabase());
        steps.addAll(afterwards());
        return steps;
    }

    private List<Step> ofDatabase() throws SQLException {
        List<Step> steps = new ArrayList<>(steps(UninstallSql.OBJECTS));
        steps.addAll(steps(
                UninstallSql.PRIVILEGES, scope.roles(), scope.roles(), scope.roles(), scope.roles(), scope.roles()));
        return steps;
    }

    private List<Step> afterwards() throws SQLException {
        List<Step> steps = new ArrayList<>(steps(UninstallSql.SLOTS, scope.slots()));
        if (scope.server()) {
            steps.addAll(steps(UninstallSql.SERVER, scope.roles(), scope.roles()));
        }
        return steps;
    }

    /**
     * Does it.
     *
     * @param told what went, and what stays with why, one line each
     */
    void execute(Consumer<String> told) throws SQLException {
        List<Step> afterwards = afterwards();
        if (isThere()) {
            for (Step journal : steps(UninstallSql.JOURNALS)) {
                told.accept(execute(journal));
            }
        }
        connection.setAutoCommit(false);
        List<String> gone = new ArrayList<>();
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET LOCAL lock_timeout = '5s'");
            for (Step step : ofDatabase()) {
                gone.add(execute(step));
            }
            connection.commit();
        } finally {
            connection.rollback();
            connection.setAutoCommit(true);
        }
        gone.forEach(told);
        for (Step step : afterwards) {
            told.accept(execute(step));
        }
    }

    private String execute(Step step) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            String why = null;
            if (statement.execute(step.sql())) {
                ResultSet answer = statement.getResultSet();
                why = answer.next() ? answer.getString(1) : null;
            }
            return why == null ? "dropped  " + step.what() : "kept     " + step.what() + ": " + why + " needs it";
        } catch (SQLException e) {
            throw new SQLException(step.what() + ": " + e.getMessage(), e.getSQLState(), e);
        }
    }

    private boolean isThere() throws SQLException {
        boolean[] there = {false};
        each(UninstallSql.IS_THERE, row -> there[0] = row.getBoolean(1));
        return there[0];
    }

    /** What is done with a row. */
    private interface Row {
        void read(ResultSet row) throws SQLException;
    }

    private void each(String sql, Row use) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                use.read(rows);
            }
        }
    }

    @SafeVarargs
    private List<Step> steps(String sql, List<String>... parameters) throws SQLException {
        List<Step> steps = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                Array names = connection.createArrayOf("text", parameters[i].toArray());
                statement.setArray(i + 1, names);
            }
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    steps.add(new Step(rows.getString(1), rows.getString(2)));
                }
            }
        }
        return steps;
    }
}
