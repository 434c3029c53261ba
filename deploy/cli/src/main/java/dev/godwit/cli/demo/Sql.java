package dev.godwit.cli.demo;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Statements with their values, as an application without a framework writes them. */
public final class Sql {

    /** Makes something of the row at which a result stands. */
    public interface Reading<T> {
        T read(ResultSet row) throws SQLException;
    }

    private static final int FETCH_SIZE = 5000;

    private final Connection connection;

    public Sql(Connection connection) {
        this.connection = connection;
    }

    /** Statements without values, one or more. */
    public void script(String statements) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(statements);
        }
    }

    /** Answers how many rows were written. */
    public int execute(String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = prepare(sql, values)) {
            return statement.executeUpdate();
        }
    }

    /** Hands every row to the reader; within a transaction they are not all in memory at once. */
    public void each(String sql, Reading<?> reading, Object... values) throws SQLException {
        try (PreparedStatement statement = prepare(sql, values)) {
            statement.setFetchSize(FETCH_SIZE);
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    reading.read(found);
                }
            }
        }
    }

    public <T> List<T> query(String sql, Reading<T> reading, Object... values) throws SQLException {
        List<T> rows = new ArrayList<>();
        each(sql, row -> rows.add(reading.read(row)), values);
        return rows;
    }

    public <T> Optional<T> first(String sql, Reading<T> reading, Object... values) throws SQLException {
        return query(sql, reading, values).stream().findFirst();
    }

    /** The first column of all rows. */
    public List<String> texts(String sql, Object... values) throws SQLException {
        return query(sql, row -> row.getString(1), values);
    }

    private PreparedStatement prepare(String sql, Object... values) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int i = 0; i < values.length; i++) {
            statement.setObject(i + 1, values[i]);
        }
        return statement;
    }

    /** Does several reads as of one moment. The connection must be in auto-commit mode, and is given back so. */
    public <T> T atOneMoment(Work<T> work) throws SQLException {
        connection.setAutoCommit(false);
        try {
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            connection.setReadOnly(true);
            T result = work.run();
            connection.commit();
            return result;
        } finally {
            connection.rollback();
            connection.setReadOnly(false);
            connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            connection.setAutoCommit(true);
        }
    }

    /** Does several writes in one transaction: all or none. The connection must be in auto-commit mode; it is the caller's to roll back when this throws. */
    public <T> T inTransaction(Work<T> work) throws SQLException {
        connection.setAutoCommit(false);
        T result = work.run();
        connection.commit();
        connection.setAutoCommit(true);
        return result;
    }

    /** What is done in a transaction. */
    public interface Work<T> {
        T run() throws SQLException;
    }
}
