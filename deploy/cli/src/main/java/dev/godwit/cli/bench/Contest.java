package dev.godwit.cli.bench;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * A task that a single statement does as well, with all constraints and triggers on: what Godwit is measured against. Its tables are in schema {@code bench}, made anew
 * for each contestant from {@code bench_template}, so that none meets the bloat of another.
 */
interface Contest {

    /** The kind of operation, as the command line calls it. */
    String name();

    /** One line about tables and task. */
    String task();

    /** The share of the floor's rate that Godwit is to reach. */
    double target();

    String migration();

    String definition();

    /** Makes the template of so many entities. */
    String template(int entities);

    /** Fresh tables in schema {@code bench}, which is there and empty, with indexes and constraints. */
    String tables();

    /** The floor: one statement for the whole table, no journal, no audit. */
    String floor();

    /** Answers a number: how much a contestant has left undone, or done wrong. */
    String undone();

    /** Throws nothing away that is not the benchmark's. */
    default void drop(Connection connection) throws SQLException {
        execute(connection, "DROP SCHEMA IF EXISTS bench CASCADE; DROP SCHEMA IF EXISTS bench_template CASCADE");
    }

    /** Statements without values, in auto-commit mode. */
    static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
