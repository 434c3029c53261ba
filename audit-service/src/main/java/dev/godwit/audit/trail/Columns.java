package dev.godwit.audit.trail;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Function;

/** Binds lists to the arrays that a statement takes, one after the other. */
final class Columns<T> implements AutoCloseable {

    private final Connection connection;
    private final PreparedStatement statement;
    private final List<T> rows;
    private int bound;

    Columns(Connection connection, String sql, List<T> rows) throws SQLException {
        this.connection = connection;
        this.statement = connection.prepareStatement(sql);
        this.rows = rows;
    }

    /** The next parameter: a value of each row. */
    @CanIgnoreReturnValue
    Columns<T> add(String type, Function<T, Object> value) throws SQLException {
        Object[] values = rows.stream().map(value).toArray();
        return bind(connection.createArrayOf(type, values));
    }

    /** The next parameter, in the form in which bytes travel as they are. */
    @CanIgnoreReturnValue
    Columns<T> addBytes(Function<T, byte[]> value) throws SQLException {
        return bind(connection.createArrayOf("bytea", rows.stream().map(value).toArray(byte[][]::new)));
    }

    private Columns<T> bind(Array array) throws SQLException {
        bound++;
        statement.setArray(bound, array);
        return this;
    }

    /** How many rows were written. */
    @CanIgnoreReturnValue
    int update() throws SQLException {
        return statement.executeUpdate();
    }

    PreparedStatement statement() {
        return statement;
    }

    @Override
    public void close() throws SQLException {
        statement.close();
    }
}
