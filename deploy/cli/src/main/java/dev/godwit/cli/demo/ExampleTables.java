package dev.godwit.cli.demo;

import dev.godwit.cli.ExitCode;
import dev.godwit.cli.Failure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Tables that a demo makes in schema {@code public}. It touches no others. */
public final class ExampleTables {

    /** By this comment a later demo knows which tables it may drop. */
    public static final String MARK = "made by godwit demo";

    private static final String DEADLOCK = "40P01";
    private static final int TRIES = 5;

    private static final String UNMARKED = """
            SELECT 'public.' || name
              FROM unnest(?::text[]) AS name
             WHERE to_regclass('public.' || quote_ident(name)) IS NOT NULL
               AND obj_description(to_regclass('public.' || quote_ident(name)), 'pg_class') IS DISTINCT FROM ?
             ORDER BY 1
            """;

    private static final String MADE_BY_A_DEMO = """
            SELECT c.oid::regclass::text
              FROM pg_class AS c
             WHERE c.relnamespace = 'public'::regnamespace
               AND c.relkind IN ('r', 'p')
               AND obj_description(c.oid, 'pg_class') = ?
            """;

    /** What fills the tables. */
    public interface Filling<T> {
        T fill(Connection connection) throws SQLException;
    }

    private final Connection connection;
    private final List<String> tables;

    /** @param connection in auto-commit mode, and given back so */
    public ExampleTables(Connection connection, List<String> tables) {
        this.connection = connection;
        this.tables = tables;
    }

    /** Text of one of an example's files. */
    public static String read(Path folder, String name) {
        try {
            return Files.readString(folder.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes the tables of an example, and fills them with so many rows. Transaction: joins the caller's. */
    public static void fill(Sql sql, Path folder, int rows) throws SQLException {
        sql.script(read(folder, "schema.sql"));
        sql.script("SET LOCAL demo.rows = '" + rows + "'");
        sql.script(read(folder, "data.sql"));
    }

    /** @throws Failure when tables have the names of the example's, but were not made by a demo */
    public void requireFree() throws SQLException {
        List<String> foreign =
                new Sql(connection).texts(UNMARKED, connection.createArrayOf("text", tables.toArray()), MARK);
        if (!foreign.isEmpty()) {
            throw Failure.of(
                    ExitCode.REFUSED,
                    "tables_exist",
                    "the demo makes tables of its own, but these exist already and are not of a demo: "
                            + String.join(", ", foreign) + "; use another database or no --database-url");
        }
    }

    /**
     * Makes the tables and fills them, all in one transaction; what an earlier demo has made, of whichever example, is dropped first. Whoever still reads those may take their locks
     * in another order: then it is done once more.
     */
    public <T> T make(Filling<T> filling) throws SQLException {
        for (int tries = 1; ; tries++) {
            try {
                return makeAtOnce(filling);
            } catch (SQLException inTheWay) {
                if (!DEADLOCK.equals(inTheWay.getSQLState()) || tries == TRIES) {
                    throw inTheWay;
                }
            }
        }
    }

    private <T> T makeAtOnce(Filling<T> filling) throws SQLException {
        Sql sql = new Sql(connection);
        connection.setAutoCommit(false);
        try {
            drop();
            sql.script("SET LOCAL search_path = public");
            T filled = filling.fill(connection);
            mark();
            connection.commit();
            return filled;
        } finally {
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }

    /** Drops what an earlier demo has made, of whichever example. */
    public void drop() throws SQLException {
        Sql sql = new Sql(connection);
        for (String table : sql.texts(MADE_BY_A_DEMO, MARK)) {
            sql.script("DROP TABLE IF EXISTS " + table + " CASCADE");
        }
    }

    /** Lets a later demo know that those of the tables that are there may be dropped. */
    public void mark() throws SQLException {
        Sql sql = new Sql(connection);
        for (String table : sql.texts(UNMARKED, connection.createArrayOf("text", tables.toArray()), MARK)) {
            sql.script("COMMENT ON TABLE " + table + " IS '" + MARK + "'");
        }
    }
}
