package dev.godwit.migration.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.batch.Outside;
import dev.godwit.migration.plan.Check.Status;
import dev.godwit.migration.testing.TestDefinitions;
import dev.godwit.migration.testing.TestPostgres;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DoctorIT {

    private String database;

    @BeforeEach
    void createDatabase() {
        database = TestPostgres.freshDatabase("doctor");
        TestPostgres.execute(database, """
                DO $$ BEGIN CREATE ROLE doctor_plain LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
                CREATE TABLE documents (id uuid PRIMARY KEY, note text);
                """);
    }

    @Test
    void shouldSayWhatABareDatabaseLacks() {
        Map<String, Check> checks = examine("postgres");

        assertThat(status(checks))
                .containsEntry("server version", Status.OK)
                .containsEntry("wal_level", Status.OK)
                .containsEntry("primary", Status.OK)
                .containsEntry("schema godwit", Status.WARN)
                .containsEntry("publication", Status.WARN)
                .containsEntry("replication slot", Status.FAIL)
                .containsEntry("replication slots left", Status.OK)
                .containsEntry("logical messages", Status.WARN)
                .containsEntry("table ownership", Status.OK)
                .containsEntry("triggers off", Status.OK)
                .containsEntry("restore points", Status.OK)
                .containsEntry("old transactions", Status.OK);
        assertThat(checks.values())
                .filteredOn(check -> check.status() != Status.OK)
                .allMatch(check -> !check.remedy().isBlank());
        assertThat(checks.get("logical messages").remedy())
                .contains("REVOKE EXECUTE ON FUNCTION pg_logical_emit_message(boolean,text,text,boolean) FROM PUBLIC");
    }

    @Test
    void shouldSayWhatAPlainRoleLacks() {
        Map<String, Check> checks = examine("doctor_plain");

        assertThat(checks.get("schema godwit").remedy()).contains("GRANT CREATE ON DATABASE");
        assertThat(checks.get("own writes hidden").remedy())
                .contains("GRANT EXECUTE ON FUNCTION", "pg_replication_origin_session_setup(text)", "\"doctor_plain\"");
        assertThat(checks.get("table ownership").remedy()).isEqualTo("GRANT postgres TO \"doctor_plain\"");
        assertThat(checks.get("triggers off").remedy()).contains("session_replication_role");
        assertThat(checks.get("restore points").remedy())
                .isEqualTo("GRANT EXECUTE ON FUNCTION pg_create_restore_point(text) TO \"doctor_plain\"");
    }

    @Test
    void shouldBeContentWhenAllIsInPlace() {
        TestPostgres.execute(database, """
                CREATE SCHEMA godwit;
                CREATE PUBLICATION godwit FOR TABLE documents (id) WITH (publish_via_partition_root = true);
                REVOKE EXECUTE ON FUNCTION pg_logical_emit_message(boolean, text, text, boolean) FROM PUBLIC;
                REVOKE EXECUTE ON FUNCTION pg_logical_emit_message(boolean, text, bytea, boolean) FROM PUBLIC;
                SELECT pg_replication_origin_create('godwit_1') WHERE NOT EXISTS (SELECT FROM pg_replication_origin WHERE roname = 'godwit_1');
                """);
        TestPostgres.execute(database, "SELECT pg_create_logical_replication_slot('doctor_slot', 'pgoutput')");

        Map<String, Check> checks = examine("postgres");
        TestPostgres.execute(database, "SELECT pg_drop_replication_slot('doctor_slot')");

        assertThat(checks.values().stream()
                        .filter(check -> check.status() != Status.OK)
                        .map(Check::name))
                .containsExactly("replication slot");
        assertThat(checks.get("replication slot").detail()).contains("doctor_slot is not in use");
        assertThat(checks.get("publication").detail()).contains("tables published now: 1");
    }

    @Test
    void shouldRefuseAPublicationThatCannotServe() {
        TestPostgres.execute(database, "CREATE PUBLICATION godwit WITH (publish = 'insert')");

        Check check = examine("postgres").get("publication");

        assertThat(check.status()).isEqualTo(Status.FAIL);
        TestPostgres.execute(database, check.remedy());
        assertThat(examine("postgres").get("publication").status()).isEqualTo(Status.OK);
    }

    @Test
    void shouldAddWhatPreflightFindsAgainstAMigration() {
        List<Check> checks = TestPostgres.pool(database)
                .withConnection(connection -> new Doctor(Outside.nothing())
                        .examine(
                                connection,
                                "doctor_slot",
                                TestDefinitions.of("migration: m\nrekey: {table: documents, key: idd, to: note}\n")))
                .await()
                .atMost(TestPostgres.stepTimeout());

        assertThat(checks).anySatisfy(check -> {
            assertThat(check.name()).isEqualTo("migration m: unknown_column");
            assertThat(check.status().wireName()).isEqualTo("fail");
        });
    }

    private Map<String, Check> examine(String user) {
        return TestPostgres.pool(database, user)
                .withConnection(connection -> new Doctor(Outside.nothing()).examine(connection, "doctor_slot"))
                .await()
                .atMost(TestPostgres.stepTimeout())
                .stream()
                .collect(Collectors.toMap(Check::name, Function.identity()));
    }

    private static Map<String, Status> status(Map<String, Check> checks) {
        return checks.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue()
                .status()));
    }
}
