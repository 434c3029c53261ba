package dev.godwit.migration.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.testing.Engine;
import dev.godwit.migration.testing.TestDefinitions;
import dev.godwit.migration.testing.TestPostgres;
import io.vertx.mutiny.sqlclient.Pool;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SchemaFindingsIT {

    private static String database;

    @BeforeAll
    static void createTables() {
        database = Engine.on("schema_findings", """
                        CREATE TABLE checked (id integer PRIMARY KEY, a integer CHECK (a IS NOT NULL), b integer);
                        ALTER TABLE checked ADD CONSTRAINT b_there CHECK (b IS NOT NULL) NOT VALID;
                        CREATE TABLE parts (id integer) PARTITION BY LIST (id);
                        CREATE ROLE schema_guest LOGIN;
                        GRANT USAGE ON SCHEMA godwit TO schema_guest;
                        CREATE ROLE "Schema Owner" NOLOGIN;
                        CREATE ROLE schema_member LOGIN IN ROLE "Schema Owner";
                        GRANT USAGE ON SCHEMA godwit TO schema_member;
                        """).database();
        TestPostgres.execute(database, "GRANT SELECT ON ALL TABLES IN SCHEMA godwit TO schema_guest, schema_member");
    }

    private static List<Finding> find(String user, String up) {
        return find(user, "", up);
    }

    private static List<Finding> find(String user, String owner, String up) {
        Pool pool = TestPostgres.pool(database, user);
        return pool.withConnection(connection -> new Preflight()
                        .check(
                                connection,
                                TestDefinitions.of("migration: m\nschema:\n" + owner
                                        + "  down: SELECT 1\n  provides: {tables: [none]}\n  up: |\n    "
                                        + up.replace("\n", "\n    "))))
                .await()
                .atMost(TestPostgres.stepTimeout());
    }

    private static List<String> codes(String up) {
        return find("postgres", up).stream().map(Finding::code).toList();
    }

    @Test
    void shouldHavePostgreSqlReadEachStatement() {
        assertThat(find("postgres", "ALTER TABLE checked ADD COLUMN x text;\nALTER TABLE checked AD COLUMN y text"))
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.refuses()).isTrue();
                    assertThat(finding.message()).contains("schema.up, line 2", "syntax error at or near \"AD\"");
                });
        assertThat(codes("CREATE TABLE fresh (a integer); INSERT INTO fresh VALUES (1)"))
                .as("a table that a statement before makes")
                .isEmpty();
    }

    @Test
    void shouldKnowTheCheckThatMakesNotNullHarmless() {
        assertThat(codes("ALTER TABLE checked ALTER COLUMN a SET NOT NULL")).isEmpty();
        assertThat(codes("ALTER TABLE checked ALTER COLUMN b SET NOT NULL")).containsExactly("blocks_table");
        assertThat(codes("ALTER TABLE checked ALTER COLUMN id SET NOT NULL"))
                .as("it is already")
                .isEmpty();
    }

    @Test
    void shouldRefuseWhatPostgreSqlWouldRefuse() {
        assertThat(codes("CREATE INDEX CONCURRENTLY i ON parts (id)")).containsExactly("partition");
        assertThat(find("schema_guest", "ALTER TABLE checked ADD COLUMN x text"))
                .filteredOn(finding -> finding.code().equals("missing_privilege"))
                .singleElement()
                .satisfies(finding -> assertThat(finding.remedy()).isEqualTo("GRANT postgres TO schema_guest"));
    }

    @Test
    void shouldSayWhatAnOwnerLacks() {
        String owner = "  owner: Schema Owner\n";
        String make = "CREATE TABLE fresh (id integer)";

        assertThat(refusals("postgres", "  owner: nobody there\n", make))
                .containsExactly("CREATE ROLE \"nobody there\" NOLOGIN; GRANT \"nobody there\" TO postgres");
        assertThat(refusals("schema_guest", owner, make)).containsExactly("GRANT \"Schema Owner\" TO schema_guest");
        assertThat(refusals("schema_member", owner, make))
                .containsExactly("GRANT CREATE ON SCHEMA public TO \"Schema Owner\"");
        assertThat(refusals("schema_member", owner, "ALTER TABLE checked ADD COLUMN x text"))
                .containsExactly("GRANT postgres TO \"Schema Owner\"");
        TestPostgres.execute(database, "GRANT CREATE ON SCHEMA public TO \"Schema Owner\"");
        assertThat(refusals("schema_member", owner, make)).isEmpty();
    }

    private static List<String> refusals(String user, String owner, String up) {
        return find(user, owner, up).stream()
                .filter(Finding::refuses)
                .map(Finding::remedy)
                .toList();
    }
}
