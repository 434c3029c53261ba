package dev.godwit.cli.bench;

import dev.godwit.cli.stack.DatabaseUrl;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyManager;
import org.postgresql.copy.CopyOut;

/** What people do by hand to bring rows from one database into another: one transaction, nothing written down, nothing followed. */
final class PlainCopies {

    private static final String COLUMNS = "bench.submission (id, number, title, author, meta, submitted_at)";

    private static final String INSERT =
            "INSERT INTO " + COLUMNS + " SELECT " + ImportTables.BECOMES + " FROM bench_template.submission AS s";

    private static final String OUT = "COPY (SELECT " + ImportTables.BECOMES + " FROM bench.submission AS s) TO STDOUT";

    private static final String IN = "COPY " + COLUMNS + " FROM STDIN";

    private final Connection there;
    private final Connection here;

    /** Both as the owners of their databases, in auto-commit mode. */
    PlainCopies(Connection there, Connection here) {
        this.there = there;
        this.here = here;
    }

    /**
     * Makes the other database's table a foreign table of this one.
     *
     * @param administrator may make a foreign server; without one there is no foreign table
     * @param fetch rows that are fetched at a time; the wrapper's own default of 100 would be an easy rival
     */
    static void link(Optional<DatabaseUrl> administrator, DatabaseUrl there, DatabaseUrl here, int fetch)
            throws SQLException {
        if (administrator.isEmpty()) {
            return;
        }
        try (Connection connection = administrator.get().connect()) {
            Contest.execute(connection, """
                    DROP SCHEMA IF EXISTS bench_template CASCADE;
                    CREATE SCHEMA bench_template AUTHORIZATION %1$s;
                    CREATE EXTENSION "uuid-ossp" SCHEMA bench_template;
                    CREATE EXTENSION postgres_fdw SCHEMA bench_template;
                    CREATE SERVER godwit_bench FOREIGN DATA WRAPPER postgres_fdw
                           OPTIONS (host '%2$s', port '%3$d', dbname '%4$s', fetch_size '%5$d', application_name '%6$s');
                    CREATE USER MAPPING FOR %1$s SERVER godwit_bench OPTIONS (user '%7$s', password '%8$s');
                    CREATE FOREIGN TABLE bench_template.submission (id bigint, title text, author_id bigint, meta jsonb, submitted_at timestamp)
                           SERVER godwit_bench OPTIONS (schema_name 'bench', table_name 'submission');
                    GRANT SELECT ON bench_template.submission TO %1$s
                    """.formatted(
                            here.user(),
                            there.host(),
                            there.port(),
                            there.database(),
                            fetch,
                            CpuWatch.BY_HAND,
                            there.user(),
                            there.password()));
        }
    }

    /** Takes back what {@link #link} made. */
    static void unlink(Optional<DatabaseUrl> administrator) throws SQLException {
        if (administrator.isPresent()) {
            try (Connection connection = administrator.get().connect()) {
                Contest.execute(connection, "DROP SCHEMA IF EXISTS bench_template CASCADE");
            }
        }
    }

    /** {@code INSERT … SELECT} through the foreign table; answers how many rows. */
    long insertSelect() throws SQLException {
        try (Statement statement = here.createStatement()) {
            return statement.executeLargeUpdate(INSERT);
        }
    }

    /** {@code COPY … TO STDOUT} into {@code COPY … FROM STDIN}; answers how many rows. */
    long pipe() throws SQLException {
        CopyManager from = there.unwrap(PGConnection.class).getCopyAPI();
        CopyManager into = here.unwrap(PGConnection.class).getCopyAPI();
        CopyOut out = from.copyOut(OUT);
        CopyIn in = into.copyIn(IN);
        try {
            for (byte[] row = out.readFromCopy(); row != null; row = out.readFromCopy()) {
                in.writeToCopy(row, 0, row.length);
            }
            return in.endCopy();
        } finally {
            if (in.isActive()) {
                in.cancelCopy();
            }
            if (out.isActive()) {
                out.cancelCopy();
            }
        }
    }
}
