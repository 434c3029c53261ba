package dev.godwit.cli.uninstall;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.cli.ExitCode;
import dev.godwit.cli.command.GodwitProcess;
import dev.godwit.cli.command.GodwitProcess.Result;
import dev.godwit.cli.stack.DatabaseUrl;
import dev.godwit.cli.stack.Home;
import dev.godwit.cli.stack.LonePostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whether a database and its server are after an uninstall what they were before Godwit came, as their catalogs tell. */
class UninstallIT {
    private static final String APPLICATION = """
            CREATE TABLE doc (id text PRIMARY KEY, n int CONSTRAINT low CHECK (n < 9));
            CREATE TABLE page (id int PRIMARY KEY, doc text REFERENCES doc);
            CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
            CREATE TRIGGER own BEFORE UPDATE ON doc FOR EACH ROW EXECUTE FUNCTION touch();
            CREATE PUBLICATION others FOR TABLE doc;
            CREATE SCHEMA "Back office";
            CREATE TABLE "Back office".invoice (id serial PRIMARY KEY, amount int);
            GRANT SELECT ON "Back office".invoice TO app;
            """;

    /** What {@code doctor --grants} asks for, and a right to one column that somebody gave besides. */
    private static final String GRANTS = """
            GRANT USAGE ON SCHEMA "Back office" TO godwit;
            GRANT SELECT, INSERT, UPDATE, DELETE ON "Back office".invoice, public.doc TO godwit;
            GRANT USAGE ON SEQUENCE "Back office".invoice_id_seq TO godwit;
            GRANT SELECT (id) ON public.page TO godwit_capture;
            GRANT app TO godwit;
            """;

    /** What a run leaves behind at most. */
    private static final String TRACES = """
            CREATE PUBLICATION godwit FOR TABLE godwit.outbox, godwit.heartbeat (number) WITH (publish_via_partition_root = true);
            ALTER PUBLICATION godwit ADD TABLE public.page (id);
            INSERT INTO godwit.run (id, migration, operation, mode, state, definition, definition_file, definition_hash, catalog_fingerprint, requested_by, command_id, tables, plan, attachments)
            VALUES ('r1', 'docs', 'rekey', 'commit', 'completed', '', '', '', '', 'x', 'c1', '{public.doc}', '{}', '{}');
            SELECT godwit.create_journal('r1', (SELECT serial FROM godwit.run));
            CREATE FUNCTION godwit.alias_1() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
            CREATE TRIGGER godwit_alias_1 BEFORE INSERT ON public.page FOR EACH ROW EXECUTE FUNCTION godwit.alias_1();
            ALTER TABLE public.doc ADD CONSTRAINT godwit_check_1 CHECK (n < 99) NOT VALID;
            CREATE SCHEMA onboarding;
            COMMENT ON SCHEMA onboarding IS 'functions of a godwit definition, abc';
            """;

    private static final String STANDING = """
            SELECT 'relation ' || c.oid::regclass || ' ' || c.relkind::text FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname !~ '^pg_toast'
             UNION ALL SELECT 'schema ' || n.nspname || ' ' || a.grantee || a.privilege_type FROM pg_namespace AS n CROSS JOIN LATERAL aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) AS a WHERE n.nspname !~ '^pg_(toast|temp)'
             UNION ALL SELECT 'may use ' || c.oid::regclass || ' ' || a.grantee || a.privilege_type FROM pg_class AS c CROSS JOIN LATERAL aclexplode(coalesce(c.relacl, acldefault((CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END)::"char", c.relowner))) AS a WHERE c.relkind <> 'i'
             UNION ALL SELECT 'may use ' || t.attrelid::regclass || '.' || t.attname || ' ' || a.grantee || a.privilege_type FROM pg_attribute AS t CROSS JOIN LATERAL aclexplode(t.attacl) AS a
             UNION ALL SELECT 'trigger ' || tgname || ' ' || tgrelid::regclass FROM pg_trigger WHERE NOT tgisinternal
             UNION ALL SELECT 'constraint ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
             UNION ALL SELECT 'function ' || oid::regprocedure FROM pg_proc
             UNION ALL SELECT 'event trigger ' || evtname FROM pg_event_trigger
             UNION ALL SELECT 'publication ' || pubname FROM pg_publication
             UNION ALL SELECT 'published ' || tablename FROM pg_publication_tables
             UNION ALL SELECT 'slot ' || slot_name FROM pg_replication_slots
             UNION ALL SELECT 'origin ' || roname FROM pg_replication_origin
             UNION ALL SELECT 'role ' || rolname FROM pg_roles
             UNION ALL SELECT 'member ' || roleid::regrole || ' ' || member::regrole FROM pg_auth_members
             UNION ALL SELECT 'parameter ' || p.parname || a.grantee::regrole FROM pg_parameter_acl AS p CROSS JOIN LATERAL aclexplode(p.paracl) AS a WHERE a.grantee > 10
             UNION ALL SELECT 'may call ' || f.oid::regprocedure || ' ' || a.grantee FROM pg_proc AS f CROSS JOIN LATERAL aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) AS a
             UNION ALL SELECT 'database ' || d.datname || a.grantee || a.privilege_type FROM pg_database AS d CROSS JOIN LATERAL aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) AS a
             ORDER BY 1
            """;

    @TempDir
    private static Path server;

    private static LonePostgres postgres;

    @BeforeAll
    static void startPostgres() {
        postgres = new LonePostgres(server);
    }

    @AfterAll
    static void stopPostgres() {
        postgres.close();
    }

    @Test
    void shouldLeaveTheDatabaseAsItWasFound() throws Exception {
        execute(postgres.url(), "CREATE ROLE app");
        execute(postgres.url(), "CREATE DATABASE app OWNER app");
        DatabaseUrl app = postgres.url().in("app");
        execute(app, APPLICATION);
        List<String> before = standing(app);
        install(app);
        List<String> installed = standing(app);

        assertThat(obstacles(app, false))
                .containsExactly(
                        "run r1 of docs is completed and can still be rolled back; with --forget-all it cannot be any more");
        Result said = uninstall(app, "--forget-all");

        assertThat(said.code()).as(said.toString()).isEqualTo(ExitCode.DONE);
        assertThat(said.out())
                .contains(
                        "would drop  publication godwit",
                        "would drop  schema godwit, ",
                        "would drop  replication slot godwit");
        assertThat(standing(app)).isEqualTo(installed).isNotEqualTo(before);

        execute(app, "UPDATE godwit.run SET state = 'following'");
        assertThat(obstacles(app, true))
                .containsExactly("run r1 of docs is following: complete, cancel or roll it back first");
        execute(app, "UPDATE godwit.run SET state = 'completed'");
        Result done = uninstall(app, "--commit", "--forget-all", "--server");

        assertThat(done.code()).as(done.toString()).isEqualTo(ExitCode.DONE);
        assertThat(standing(app)).isEqualTo(before);
    }

    private static List<String> obstacles(DatabaseUrl database, boolean forgetAll) throws SQLException {
        try (Connection connection = database.connect()) {
            return new Uninstall(connection, new Uninstall.Scope(List.of(), List.of(), false)).obstacles(forgetAll);
        }
    }

    private static Result uninstall(DatabaseUrl database, String... options) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("uninstall", "--database-url", database.toUrl()));
        arguments.addAll(List.of(options));
        return GodwitProcess.run(server, arguments, Duration.ofSeconds(30));
    }

    private static void install(DatabaseUrl app) throws SQLException, IOException {
        for (Path script : Home.find().roleScripts()) {
            execute(app, Files.readString(script));
        }
        StringBuilder schema = new StringBuilder("SET ROLE godwit; CREATE SCHEMA godwit;");
        for (Path file : migrations()) {
            schema.append(Files.readString(file)).append('\n');
        }
        execute(app, schema.append("RESET ROLE;").append(TRACES).append(GRANTS).toString());
        execute(app, "SELECT pg_create_logical_replication_slot('godwit', 'pgoutput')");
    }

    private static List<Path> migrations() throws IOException {
        Path directory = Home.find().root().resolve("migration-service/src/main/resources/db/migration");
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted(Comparator.comparingInt(UninstallIT::version)).toList();
        }
    }

    private static int version(Path file) {
        String name = file.getFileName().toString();
        return Integer.parseInt(name.substring(1, name.indexOf("__")));
    }

    private static void execute(DatabaseUrl database, String sql) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static List<String> standing(DatabaseUrl database) throws SQLException {
        List<String> standing = new ArrayList<>();
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(STANDING)) {
            while (rows.next()) {
                standing.add(rows.getString(1));
            }
        }
        return standing;
    }
}
