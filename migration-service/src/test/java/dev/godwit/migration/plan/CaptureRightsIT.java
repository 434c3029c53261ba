package dev.godwit.migration.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.godwit.migration.batch.Outside;
import dev.godwit.migration.definition.Definition;
import dev.godwit.migration.sql.PgErrors;
import dev.godwit.migration.testing.TestDefinitions;
import dev.godwit.migration.testing.TestPostgres;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A role that may do everything with a table but owns neither it nor its owner's rights: it cannot publish it. */
class CaptureRightsIT {

    private static final String ROLE = "t25_worker";

    private static final Definition DEFINITION =
            TestDefinitions.of("migration: m\nrekey: {table: public.documents, key: id, to: id + 1}\n");

    private String database;

    @BeforeEach
    void createTableOfSomebodyElse() {
        database = TestPostgres.freshDatabase("t25");
        TestPostgres.execute(database, """
                CREATE ROLE t25_owner; CREATE ROLE t25_worker LOGIN;
                CREATE TABLE documents (id int PRIMARY KEY, note text); ALTER TABLE documents OWNER TO t25_owner;
                GRANT ALL ON documents TO t25_worker; GRANT ALL ON SCHEMA public TO t25_worker;
                CREATE PUBLICATION godwit WITH (publish_via_partition_root = true); ALTER PUBLICATION godwit OWNER TO t25_worker;
                """);
    }

    @AfterEach
    void dropRoles() {
        TestPostgres.execute(database, "DROP OWNED BY t25_owner, t25_worker; DROP ROLE t25_owner, t25_worker");
    }

    @Test
    void shouldSayWhoMustBeGrantedForATableToBePublishedT25() {
        assertThatThrownBy(this::publish)
                .satisfies(failure -> assertThat(PgErrors.sqlState(failure)).contains("42501"));

        List<Finding> findings = preflight();
        assertThat(findings).singleElement().satisfies(finding -> {
            assertThat(finding.refuses()).isTrue();
            assertThat(finding.code()).isEqualTo("missing_privilege");
            assertThat(finding.message()).contains("does not own public.documents", "publish");
        });
        assertThat(ownership().status()).isEqualTo(Check.Status.WARN);
        assertThat(ownership().remedy()).isEqualTo("GRANT t25_owner TO \"t25_worker\"");

        TestPostgres.execute(database, findings.get(0).remedy());

        assertThat(preflight()).isEmpty();
        assertThat(ownership().status()).isEqualTo(Check.Status.OK);
        publish();
    }

    private void publish() {
        TestPostgres.pool(database, ROLE)
                .query("ALTER PUBLICATION godwit ADD TABLE documents (id)")
                .executeAndAwait();
    }

    private List<Finding> preflight() {
        return TestPostgres.pool(database, ROLE)
                .withConnection(connection -> new Preflight().check(connection, DEFINITION))
                .await()
                .atMost(TestPostgres.stepTimeout());
    }

    private Check ownership() {
        return TestPostgres.pool(database, ROLE)
                .withConnection(connection -> new Doctor(Outside.nothing()).examine(connection, "no_slot"))
                .await()
                .atMost(TestPostgres.stepTimeout())
                .stream()
                .filter(check -> check.name().equals("table ownership"))
                .findFirst()
                .orElseThrow();
    }
}
