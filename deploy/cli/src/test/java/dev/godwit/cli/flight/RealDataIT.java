package dev.godwit.cli.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.cli.ExitCode;
import dev.godwit.cli.Failure;
import dev.godwit.cli.client.Run;
import dev.godwit.cli.stack.Home;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Databases that nobody of this project made. Dumps lie beside the repository; without them the tests are skipped. */
@ExtendWith(LiveStackExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RealDataIT {
    private static final Path DATA = Home.find().root().resolveSibling("shared").resolve("data");
    private static final String PUBLIC = "public";

    private static final String ROLES = """
            migration: keycloak-roles
            rekey:
              table: public.keycloak_role
              key: id
              to: uuid5('6ba7b812-9dad-11d1-80b4-00c04fd430c8', client_realm_constraint || '/' || name)
            """;
    private static final String UNDECLARED = """
              references:
                - {table: public.user_role_mapping, column: role_id}
                - {table: public.scope_mapping, column: role_id}
                - {table: public.client_scope_role_mapping, column: role_id}
                - {table: public.realm, column: default_role}
                - {table: public.admin_event_entity, column: representation, path: "$.**.id"}
            """;

    private final LiveStack stack;
    private String migration;

    RealDataIT(LiveStack stack) {
        this.stack = stack;
    }

    @AfterEach
    void undefine() {
        if (migration != null) {
            stack.undefine(migration);
        }
    }

    @AfterAll
    void leaveAnEmptySchema() throws SQLException {
        emptyPublic();
    }

    @Test
    void shouldFindByItselfWhatKeycloakDoesNotDeclare() throws Exception {
        load("keycloak");
        define("keycloak-roles", ROLES);

        Run planned = stack.plan(migration);

        Set<String> columns = new TreeSet<>();
        stack.migration()
                .plan(planned.id())
                .path("undeclared")
                .forEach(found -> columns.add(found.path("table").asText() + "."
                        + found.path("column").asText()));
        assertThat(columns)
                .contains(
                        "public.user_role_mapping.role_id",
                        "public.scope_mapping.role_id",
                        "public.client_scope_role_mapping.role_id",
                        "public.realm.default_role",
                        "public.admin_event_entity.representation");
    }

    @Test
    void shouldLeaveNoOldRoleIdAnywhereInKeycloak() throws Exception {
        load("keycloak");
        define("keycloak-roles", ROLES + UNDECLARED);
        Map<String, String> before = stack.checksums(PUBLIC);
        List<String> old = stack.query("SELECT id FROM public.keycloak_role");
        assertThat(old).hasSize(84);
        long composites = count("SELECT count(*) FROM public.composite_role");

        Run run = commit();

        assertThat(run.count("migrated")).isEqualTo(84);
        List<String> rows = everyTextOf(PUBLIC);
        assertThat(old).noneMatch(id -> rows.stream().anyMatch(row -> row.contains(id)));
        assertThat(count("SELECT count(*) FROM public.composite_role")).isEqualTo(composites);
        assertThat(
                        count(
                                "SELECT count(*) FROM public.user_role_mapping AS m JOIN public.keycloak_role AS r ON r.id = m.role_id"))
                .isEqualTo(104);
        assertThat(
                        count(
                                "SELECT count(*) FROM public.realm AS m JOIN public.keycloak_role AS r ON r.id = m.default_role"))
                .isEqualTo(2);
        rollBackExactly(run, before);
    }

    @Test
    void shouldSpellNorthwindsCustomersInLowerCase() throws Exception {
        load("northwind");
        define("northwind-customers", """
                migration: northwind-customers
                rekey:
                  table: public.customers
                  key: customer_id
                  to: lower(customer_id)
                """);
        Map<String, String> before = stack.checksums(PUBLIC);
        long customers = count("SELECT count(*) FROM public.customers");

        Run run = commit();

        assertThat(run.count("migrated")).isEqualTo(customers);
        assertThat(count("SELECT count(*) FROM public.customers WHERE customer_id <> lower(customer_id)"))
                .isZero();
        assertThat(count("SELECT count(*) FROM public.orders AS o JOIN public.customers AS c USING (customer_id)"))
                .isEqualTo(830);
        rollBackExactly(run, before);
    }

    @Test
    void shouldMoveNorthwindsEmployeesWithTheirBosses() throws Exception {
        load("northwind");
        define("northwind-employees", """
                migration: northwind-employees
                rekey:
                  table: public.employees
                  key: employee_id
                  to: employee_id + 1000
                  where: employee_id < 1000
                """);
        Map<String, String> before = stack.checksums(PUBLIC);
        List<String> bosses = stack.query(
                "SELECT e.last_name || '<' || b.last_name FROM public.employees AS e JOIN public.employees AS b ON b.employee_id = e.reports_to ORDER BY 1");
        assertThat(bosses).hasSize(8);

        Run run = commit();

        assertThat(run.count("migrated")).isEqualTo(9);
        assertThat(count("SELECT count(*) FROM public.employees WHERE employee_id < 1000 OR reports_to < 1000"))
                .isZero();
        assertThat(
                        stack.query(
                                "SELECT e.last_name || '<' || b.last_name FROM public.employees AS e JOIN public.employees AS b ON b.employee_id = e.reports_to ORDER BY 1"))
                .isEqualTo(bosses);
        rollBackExactly(run, before);
    }

    @Test
    void shouldMovePagilasCustomersThroughTheirPartitions() throws Exception {
        load("pagila");
        define("pagila-customers", customers(10000));
        assertThat(stack.plan(migration).plan().path("warnings").toString()).contains("last_updated", "triggers: off");
        define("pagila-customers", customers(10000) + "  triggers: off\n");
        Map<String, String> before = stack.checksums(PUBLIC);

        Run run = commit();

        assertThat(run.count("migrated")).isEqualTo(599);
        assertThat(count("SELECT count(*) FROM public.payment WHERE tableoid::regclass::text ~ 'payment_p2007_0[1-6]'"
                        + " AND customer_id < 10000"))
                .as("payments in partitions that declare the foreign key")
                .isZero();
        assertThat(count("SELECT count(*) FROM public.rental AS r JOIN public.customer AS c USING (customer_id)"))
                .isEqualTo(count("SELECT count(*) FROM public.rental"));
        rollBackExactly(run, before);
    }

    @Test
    void shouldRefuseKeysThatDoNotFitPagilasChildren() throws Exception {
        load("pagila");
        define("pagila-customers", customers(100000));
        Map<String, String> before = stack.rowVersions(PUBLIC);

        assertThatThrownBy(() -> stack.plan(migration))
                .isInstanceOfSatisfying(
                        Failure.class, refused -> assertThat(refused.exitCode()).isEqualTo(ExitCode.REFUSED))
                .hasMessageContainingAll(
                        "smallint", "public.rental.customer_id", "public.payment_p2007_01.customer_id");
        assertThat(stack.rowVersions(PUBLIC)).isEqualTo(before);
    }

    private static String customers(int shift) {
        return """
                migration: pagila-customers
                rekey:
                  table: public.customer
                  key: customer_id
                  to: customer_id + %1$d
                  where: customer_id < %1$d
                """.formatted(shift);
    }

    private Run commit() {
        Run run = stack.commit(migration);
        assertThat(run.state()).as(run.reason()).isEqualTo("completed");
        JsonNode report = stack.report(run);
        assertThat(report.path("complete").asBoolean()).isTrue();
        assertThat(report.path("chainsIntact").asBoolean()).isTrue();
        return run;
    }

    private void rollBackExactly(Run run, Map<String, String> before) throws SQLException {
        assertThat(stack.checksums(PUBLIC)).isNotEqualTo(before);

        Run back = stack.rollBack(run);

        assertThat(back.state()).as(back.reason()).isEqualTo("rolled-back");
        assertThat(back.count("diverged")).isZero();
        assertThat(stack.checksums(PUBLIC)).isEqualTo(before);
    }

    private void define(String name, String text) {
        migration = name;
        stack.define(name, text);
    }

    private long count(String sql) throws SQLException {
        return Long.parseLong(stack.value(sql));
    }

    private List<String> everyTextOf(String schema) throws SQLException {
        StringBuilder all = new StringBuilder();
        for (String table : stack.checksums(schema).keySet()) {
            all.append(all.length() == 0 ? "" : " UNION ALL ")
                    .append("SELECT t::text FROM ")
                    .append(table)
                    .append(" AS t");
        }
        return stack.query(all.toString());
    }

    private void emptyPublic() throws SQLException {
        stack.execute("DROP SCHEMA IF EXISTS legacy CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public");
    }

    private void load(String name) throws SQLException, IOException {
        Path dump = DATA.resolve(name + ".sql.gz");
        assumeTrue(Files.exists(dump), () -> "no dump " + dump);
        emptyPublic();
        String sql;
        try (InputStream in = new GZIPInputStream(Files.newInputStream(dump))) {
            sql = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        try (Connection connection = stack.connect();
                Statement statement = connection.createStatement()) {
            // Commands of psql, not of SQL.
            statement.execute(sql.replaceAll("(?m)^\\\\(un)?restrict .*$", ""));
        }
        stack.execute("ANALYZE");
    }
}
