package dev.godwit.cli.bench;

import dev.godwit.cli.Failure;
import dev.godwit.cli.demo.Uuid5;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import java.util.UUID;

/**
 * Both sides of the import: submissions in one database, and in the other a table that gets them under deterministic ids, with a primary key, a unique and a plain index, a
 * foreign key and a check constraint, in which the application has rows of its own. Each contestant gets fresh copies of one template.
 */
final class ImportTables {

    static final UUID NAMESPACE = UUID.fromString("6ba7b811-9dad-11d1-80b4-00c04fd430c8");

    static final String MIGRATION = "bench-submissions";

    /** What a row becomes, for whoever writes it by hand; {@code s} is the row. */
    static final String BECOMES = "bench_template.uuid_generate_v5('" + NAMESPACE
            + "', s.id::text) AS id, s.id AS number, trim(s.title) AS title, s.author_id AS author, s.meta, s.submitted_at AT TIME ZONE 'UTC' AS submitted_at";

    private static final int FETCH = 10_000;

    private static final String TEMPLATE_THERE = """
            DROP SCHEMA IF EXISTS bench CASCADE;
            DROP SCHEMA IF EXISTS bench_template CASCADE;
            CREATE SCHEMA bench_template;
            CREATE EXTENSION IF NOT EXISTS "uuid-ossp" SCHEMA bench_template;
            CREATE TABLE bench_template.submission AS
            SELECT n::bigint AS id, ' Submission ' || n || ' ' AS title, (n %% 1000)::bigint AS author_id,
                   jsonb_build_object('pages', n %% 300, 'language', 'en', 'tags', jsonb_build_array('a', n %% 7)) AS meta,
                   timestamp '2024-01-01 00:00:00' + n * interval '1 minute' AS submitted_at
              FROM generate_series(1, %d) AS n
            """;

    private static final String FRESH_THERE = """
            DROP SCHEMA IF EXISTS bench CASCADE;
            CREATE SCHEMA bench;
            CREATE TABLE bench.submission AS TABLE bench_template.submission;
            ALTER TABLE bench.submission ADD PRIMARY KEY (id), ALTER title SET NOT NULL, ALTER meta SET NOT NULL
            """;

    private static final String FRESH_HERE = """
            DROP SCHEMA IF EXISTS bench CASCADE;
            CREATE SCHEMA bench;
            CREATE TABLE bench.author (id bigint PRIMARY KEY);
            INSERT INTO bench.author SELECT generate_series(0, 999);
            CREATE TABLE bench.submission (
                id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
                number       bigint UNIQUE,
                title        text NOT NULL,
                author       bigint REFERENCES bench.author,
                meta         jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(meta) = 'object'),
                submitted_at timestamptz
            );
            CREATE INDEX ON bench.submission (author)
            """;

    private final Connection there;
    private final Connection here;

    /**
     * @param there the database that is read, as its owner, in auto-commit mode
     * @param here the database that is written, likewise
     */
    ImportTables(Connection there, Connection here) {
        this.there = there;
        this.here = here;
    }

    /** A migration of this name reads {@code source}. */
    static String definition(String migration, String source) {
        return """
                migration: %s
                description: Submissions of the benchmark
                import:
                  source: %s
                  from: bench.submission
                  into: bench.submission
                  set:
                    id: uuid5('%s', id::text)
                    number: id
                    title: trim(title)
                    author: author_id
                    meta: meta
                    submitted_at: submitted_at
                  on-delete: delete
                """.formatted(migration, source, NAMESPACE);
    }

    void makeTemplate(int rows) throws SQLException {
        Contest.execute(there, TEMPLATE_THERE.formatted(rows));
        Contest.execute(there, "VACUUM (ANALYZE) bench_template.submission");
    }

    void refresh() throws SQLException {
        Contest.execute(there, FRESH_THERE);
        Contest.execute(here, FRESH_HERE);
        // Autovacuum would do it at a moment of its own, in some rounds within the measured time.
        Contest.execute(there, "VACUUM (ANALYZE) bench.submission");
        Contest.execute(here, "VACUUM (ANALYZE) bench.author");
        BenchTables.checkpoint(here);
    }

    void drop() throws SQLException {
        for (Connection side : new Connection[] {there, here}) {
            Contest.execute(side, "DROP SCHEMA IF EXISTS bench CASCADE; DROP SCHEMA IF EXISTS bench_template CASCADE");
        }
    }

    /** Imported rows that are there. */
    long imported() throws SQLException {
        try (Statement statement = here.createStatement();
                ResultSet found =
                        statement.executeQuery("SELECT count(*) FROM bench.submission WHERE number IS NOT NULL")) {
            found.next();
            return found.getLong(1);
        }
    }

    /**
     * Compares every row of one side with its row of the other, in the order of their numbers.
     *
     * @return how many rows there are on each side
     * @throws Failure at the first difference
     */
    long compare() throws SQLException {
        String source =
                "SELECT id, trim(title), author_id, meta::text, (submitted_at AT TIME ZONE 'UTC')::text FROM bench.submission ORDER BY id";
        String target =
                "SELECT number, title, author, meta::text, submitted_at::text, id FROM bench.submission WHERE number IS NOT NULL ORDER BY number";
        there.setAutoCommit(false);
        here.setAutoCommit(false);
        try (Statement read = there.createStatement();
                Statement written = here.createStatement()) {
            read.setFetchSize(FETCH);
            written.setFetchSize(FETCH);
            try (ResultSet rows = read.executeQuery(source);
                    ResultSet copies = written.executeQuery(target)) {
                return compare(rows, copies);
            }
        } finally {
            there.rollback();
            here.rollback();
            there.setAutoCommit(true);
            here.setAutoCommit(true);
        }
    }

    private static long compare(ResultSet rows, ResultSet copies) throws SQLException {
        long equal = 0;
        while (rows.next()) {
            if (!copies.next()) {
                throw Failure.failed("submission " + rows.getLong(1) + " was not imported");
            }
            for (int column = 1; column <= 5; column++) {
                if (!Objects.equals(rows.getString(column), copies.getString(column))) {
                    throw Failure.failed("submission " + rows.getLong(1) + ", column " + column + ": "
                            + rows.getString(column) + " there, " + copies.getString(column) + " here (row "
                            + copies.getLong(1) + ")");
                }
            }
            if (!Uuid5.of(NAMESPACE, rows.getString(1)).equals(copies.getObject(6, UUID.class))) {
                throw Failure.failed("submission " + rows.getLong(1) + " has another id than it should");
            }
            equal++;
        }
        if (copies.next()) {
            throw Failure.failed("submission " + copies.getLong(1) + " is gone there, and still here");
        }
        return equal;
    }
}
