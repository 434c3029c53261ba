package dev.godwit.cli.stage;

import dev.godwit.cli.Failure;
import java.io.IOException;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Carries a dump's statements out, all in the one transaction of its connection, which is the caller's to commit. Memory: one COPY buffer, or the INSERTs
 * that are sent together.
 */
final class DatabaseSink implements DumpSink, AutoCloseable {
    /** INSERTs that are sent together: a dump of single rows would pay a round trip for each otherwise. */
    private static final int TOGETHER_MAX = 200;

    private static final int TOGETHER_CHARACTERS_MAX = 4 << 20;

    private static final String INSTALLED = """
            SELECT n.nspname,
                   array(SELECT coalesce(t.typname, p.proname, o.oprname, oc.opcname, f.opfname, c.relname, l.collname)
                           FROM pg_depend AS d
                           LEFT JOIN pg_type AS t ON d.classid = 'pg_type'::regclass AND t.oid = d.objid
                           LEFT JOIN pg_proc AS p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid
                           LEFT JOIN pg_operator AS o ON d.classid = 'pg_operator'::regclass AND o.oid = d.objid
                           LEFT JOIN pg_opclass AS oc ON d.classid = 'pg_opclass'::regclass AND oc.oid = d.objid
                           LEFT JOIN pg_opfamily AS f ON d.classid = 'pg_opfamily'::regclass AND f.oid = d.objid
                           LEFT JOIN pg_class AS c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid
                           LEFT JOIN pg_collation AS l ON d.classid = 'pg_collation'::regclass AND l.oid = d.objid
                          WHERE d.refclassid = 'pg_extension'::regclass
                            AND d.refobjid = e.oid
                            AND d.deptype = 'e'
                            AND coalesce(t.oid, p.oid, o.oid, oc.oid, f.oid, c.oid, l.oid) IS NOT NULL)::text[]
              FROM pg_extension AS e
              JOIN pg_namespace AS n ON n.oid = e.extnamespace
             WHERE e.extname = ?
            """;

    private final Connection connection;
    private final Statement statement;
    private final StageTally tally;
    private final List<String> tablesWaiting = new ArrayList<>();

    private int charactersWaiting;
    private long firstWaiting;
    private long lastWaiting;

    DatabaseSink(Connection connection, StageTally tally) throws SQLException {
        this.connection = connection;
        this.tally = tally;
        this.statement = connection.createStatement();
        statement.setEscapeProcessing(false);
    }

    @Override
    public void insert(String table, String sql, long line) {
        try {
            statement.addBatch(sql);
        } catch (SQLException e) {
            throw failed("line " + line, e);
        }
        firstWaiting = tablesWaiting.isEmpty() ? line : firstWaiting;
        lastWaiting = line;
        tablesWaiting.add(table);
        charactersWaiting += sql.length();
        if (tablesWaiting.size() >= TOGETHER_MAX || charactersWaiting >= TOGETHER_CHARACTERS_MAX) {
            flush();
        }
    }

    /** Sends the INSERTs that wait; to be called once more at the end of the dump. */
    void flush() {
        if (tablesWaiting.isEmpty()) {
            return;
        }
        try {
            int[] counts = statement.executeBatch();
            for (int i = 0; i < counts.length; i++) {
                tally.rows(tablesWaiting.get(i), Math.max(counts[i], 0));
            }
        } catch (SQLException e) {
            throw failed(
                    firstWaiting == lastWaiting
                            ? "line " + firstWaiting
                            : "one of the INSERTs of lines " + firstWaiting + " to " + lastWaiting,
                    e);
        }
        tablesWaiting.clear();
        charactersWaiting = 0;
    }

    @Override
    public void copy(String table, String sql, long line, DumpReader rows) throws IOException {
        flush();
        try {
            CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(sql);
            try {
                long ignored = rows.passRows((bytes, offset, length) -> write(copy, bytes, offset, length));
                assert ignored >= 0;
                tally.rows(table, copy.endCopy());
            } finally {
                if (copy.isActive()) {
                    copy.cancelCopy();
                }
            }
        } catch (CopyBroken e) {
            throw failed("the rows of the COPY in line " + line, e.getCause());
        } catch (SQLException e) {
            throw failed("the rows of the COPY in line " + line, e);
        }
    }

    @Override
    public void structure(String sql, long line) {
        flush();
        try {
            statement.execute(sql);
        } catch (SQLException e) {
            throw failed("line " + line, e);
        }
    }

    @Override
    public void extra(String kind, String name, String sql, long line) {
        flush();
        try {
            Savepoint before = connection.setSavepoint();
            try {
                statement.execute(sql);
                connection.releaseSavepoint(before);
            } catch (SQLException e) {
                connection.rollback(before);
                tally.leftOut(kind, name);
                tally.warn(kind + " " + name + " in line " + line + " is left out: " + message(e));
            }
        } catch (SQLException e) {
            throw failed("line " + line, e);
        }
    }

    @Override
    public void extension(String name, String schemaOfDump, SchemaNames names, long line) {
        flush();
        try (PreparedStatement query = connection.prepareStatement(INSTALLED)) {
            query.setString(1, name);
            try (ResultSet found = query.executeQuery()) {
                if (found.next()) {
                    Array members = found.getArray(2);
                    names.keepElsewhere(schemaOfDump, found.getString(1), Arrays.asList((String[]) members.getArray()));
                    return;
                }
            }
        } catch (SQLException e) {
            throw failed("line " + line, e);
        }
        names.target(schemaOfDump).ifPresent(schema -> {
            extra("extension", name, "CREATE EXTENSION " + quoted(name) + " WITH SCHEMA " + quoted(schema), line);
            tally.warn("extension " + name + " was not in this database: it is in schema " + schema
                    + " now, and goes with it");
        });
    }

    @Override
    public void searchPath(List<String> schemas, long line) {
        String path = schemas.isEmpty()
                ? "''"
                : schemas.stream().map(SchemaNames::quoted).collect(Collectors.joining(", "));
        structure("SET LOCAL search_path TO " + path, line);
    }

    @Override
    public void close() throws SQLException {
        statement.close();
    }

    private static String quoted(String name) {
        return SchemaNames.quoted(name);
    }

    private static void write(CopyIn copy, byte[] bytes, int offset, int length) {
        try {
            copy.writeToCopy(bytes, offset, length);
        } catch (SQLException e) {
            throw new CopyBroken(e);
        }
    }

    static Failure failed(String where, SQLException cause) {
        return Failure.failed(where + ": " + message(cause) + "; nothing was written", cause);
    }

    /** What went wrong, in one line; the driver adds position and context in further ones. */
    static String message(SQLException failure) {
        String message = String.valueOf(failure.getMessage());
        return message.lines()
                .findFirst()
                .orElse(message)
                .replaceFirst("^(?:Batch entry .* was aborted: )?ERROR: ", "");
    }

    /** Carries an error of the database through the reader, which knows of files alone. */
    private static final class CopyBroken extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private CopyBroken(SQLException cause) {
            super(cause);
        }

        @Override
        public synchronized SQLException getCause() {
            return (SQLException) super.getCause();
        }
    }
}
