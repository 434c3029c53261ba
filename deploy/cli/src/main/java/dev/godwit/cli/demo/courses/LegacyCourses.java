package dev.godwit.cli.demo.courses;

import dev.godwit.cli.ExitCode;
import dev.godwit.cli.Failure;
import dev.godwit.cli.demo.Application;
import dev.godwit.cli.demo.Check;
import dev.godwit.cli.demo.Check.Findings;
import dev.godwit.cli.demo.DemoCase;
import dev.godwit.cli.demo.ExampleTables;
import dev.godwit.cli.demo.Flight;
import dev.godwit.cli.demo.Proof;
import dev.godwit.cli.demo.Sql;
import dev.godwit.cli.stage.DumpStaging;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A school leaves a legacy system of which there is a dump and a directory of files, while people go on working in it until it is closed. */
public final class LegacyCourses implements DemoCase {

    private static final String LEGACY = "legacy";
    private static final String USERS = "legacy-users";

    private static final String FOREIGN = """
            SELECT nspname
              FROM pg_namespace
             WHERE nspname = ?
               AND obj_description(oid, 'pg_namespace') IS DISTINCT FROM ?
            """;

    /** More people of the same kind than the dump has. */
    private static final String MORE = """
            INSERT INTO legacy.users (id, subject, login, full_name, email, created_at)
            SELECT id, 'idp|' || id, 'user' || id, 'User ' || id, 'User' || id || '@School.example', timestamp '2019-05-01' + id * interval '1 minute'
              FROM generate_series(1001, 1000 + ?::integer) AS id;
            """;

    private static final String MORE_MEMBERSHIPS = """
            INSERT INTO legacy.memberships (id, course_id, user_id, role, joined)
            SELECT id, 1 + id % 4, id, 'S', timestamp '2019-06-01' + id * interval '1 minute'
              FROM generate_series(1001, 1000 + ?::integer) AS id
            """;

    private final Path files;
    private final CourseLedger ledger = new CourseLedger();
    private int rows;

    /** @param stores where the local stack has its stores of blobs */
    public LegacyCourses(Path stores) {
        this.files = stores.resolve("submissions");
    }

    @Override
    public String name() {
        return "legacy-courses";
    }

    @Override
    public String entities() {
        return "users";
    }

    @Override
    public List<String> tables() {
        return CourseTables.NEW;
    }

    /** Identities first. */
    @Override
    public List<String> migrations() {
        return Stream.concat(Stream.of(USERS), CourseTables.NEW.stream().skip(1).map(name -> "legacy-" + name))
                .toList();
    }

    @Override
    public String deed() {
        return "everybody known";
    }

    @Override
    public String load(Connection connection, Path folder, int rows) throws SQLException {
        this.rows = rows;
        Sql sql = new Sql(connection);
        if (!sql.texts(FOREIGN, LEGACY, ExampleTables.MARK).isEmpty()) {
            throw Failure.of(
                    ExitCode.REFUSED,
                    "schema_exists",
                    "the demo stages a dump into schema legacy, but there is one already that is not of a demo; use another database or no --database-url");
        }
        sql.script("DROP SCHEMA IF EXISTS " + LEGACY + " CASCADE");
        sql.script(ExampleTables.read(folder, "schema.sql"));
        return "empty tables of the new application";
    }

    @Override
    public List<Check> prepare(Connection connection, Path folder, Flight flight) throws SQLException {
        Sql sql = new Sql(connection);
        long staged = stage(connection, folder.resolve("legacy.sql"));
        sql.script("COMMENT ON SCHEMA " + LEGACY + " IS '" + ExampleTables.MARK + "'");
        sql.execute(MORE, rows);
        sql.execute(MORE_MEMBERSHIPS, rows);
        int blobs = copy(folder.resolve("blobs"));
        Check whole = new Findings()
                .check("dump and files are staged", "%,d rows, %d files, %,d more people", staged, blobs, rows);
        return List.of(whole, refusedWherePoliciesHideRows(sql, folder, flight));
    }

    private static long stage(Connection connection, Path dump) throws SQLException {
        try (InputStream in = Files.newInputStream(dump)) {
            return new DumpStaging(connection, Map.of("public", LEGACY), LEGACY)
                    .load(in, false)
                    .rows();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            connection.setAutoCommit(true);
        }
    }

    /** The files as they lay in the legacy system, and an empty directory for where they go. */
    private int copy(Path blobs) {
        try {
            clear(files);
            Files.createDirectories(files.resolve("to"));
            Path from = Files.createDirectories(files.resolve("from"));
            List<Path> all;
            try (Stream<Path> listed = Files.list(blobs)) {
                all = listed.toList();
            }
            for (Path each : all) {
                Files.copy(each, from.resolve(each.getFileName().toString()));
            }
            return all.size();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void clear(Path directory) throws IOException {
        if (Files.exists(directory)) {
            List<Path> all;
            try (Stream<Path> walked = Files.walk(directory)) {
                all = walked.sorted(Comparator.reverseOrder()).toList();
            }
            for (Path each : all) {
                Files.delete(each);
            }
        }
    }

    private static Check refusedWherePoliciesHideRows(Sql sql, Path folder, Flight flight) throws SQLException {
        Findings findings = new Findings();
        sql.script(ExampleTables.read(folder, "row-level-security.sql"));
        try {
            findings.add("run %s was planned", flight.plan(USERS).id());
        } catch (Failure refusal) {
            if (refusal.exitCode() != ExitCode.REFUSED || !refusal.code().equals("policy_denied")) {
                findings.add("it ended otherwise: %s", refusal.getMessage());
            }
        }
        sql.script("DROP POLICY own ON legacy.users; ALTER TABLE legacy.users DISABLE ROW LEVEL SECURITY");
        return findings.check("where policies hide rows it is refused", "%s", "policy_denied");
    }

    @Override
    public Application application() {
        return new CourseApplication(ledger);
    }

    @Override
    public Proof proof() {
        return new CourseProof(ledger, files.resolve("to"));
    }
}
