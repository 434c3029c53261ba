package dev.godwit.migration.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.testing.TestDefinitions;
import dev.godwit.migration.testing.TestPostgres;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DerivePreflightIT {

    private static final String ZOO = """
            CREATE ROLE derive_plain LOGIN;
            CREATE TABLE person (id integer PRIMARY KEY, head boolean, secret text);
            INSERT INTO person VALUES (1, true);
            CREATE TABLE shelf (id integer PRIMARY KEY, keeper integer);
            CREATE TABLE duty (id bigserial PRIMARY KEY, person integer NOT NULL, shelf integer, at date DEFAULT now(), double integer GENERATED ALWAYS AS (person * 2) STORED,
                               UNIQUE NULLS NOT DISTINCT (person, shelf));
            CREATE TABLE loose (person integer NOT NULL, shelf integer, UNIQUE (person, shelf), n bigint GENERATED ALWAYS AS IDENTITY);
            CREATE TABLE strict (person integer PRIMARY KEY, name text NOT NULL, kind text NOT NULL DEFAULT 'x');
            CREATE TABLE two_keys (a integer, b integer, PRIMARY KEY (a, b));
            CREATE TABLE unkeyed (id integer, keeper integer);
            CREATE UNLOGGED TABLE unlogged (id integer PRIMARY KEY);
            CREATE VIEW shown AS SELECT * FROM shelf;
            CREATE TABLE ruled (person integer PRIMARY KEY);
            CREATE RULE also AS ON INSERT TO ruled DO ALSO NOTIFY ruled;
            CREATE TABLE full_identity (id integer PRIMARY KEY); ALTER TABLE full_identity REPLICA IDENTITY FULL;
            CREATE TABLE guarded (id integer PRIMARY KEY, keeper integer); ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;
            CREATE POLICY mine ON guarded USING (keeper = 1);
            GRANT SELECT ON guarded, person, shelf TO derive_plain; GRANT SELECT, INSERT, UPDATE, DELETE ON duty TO derive_plain;
            """;

    private static final String SOUND =
            "from: public.person, into: public.duty, identity: [person, shelf], rows: SELECT entity.id AS person, s.id AS shelf FROM entity JOIN public.shelf s ON s.keeper = entity.id,"
                    + " watch: [{table: public.shelf, entity: keeper}]";

    private static String zoo;

    @BeforeAll
    static void createZoo() {
        zoo = TestPostgres.freshDatabase("derive_preflight");
        TestPostgres.execute(zoo, ZOO);
    }

    private static List<Finding> check(String user, String section, String more) {
        String yaml = "migration: m\nderive: {"
                + section.replace("rows: SELECT", "rows: \"SELECT").replaceAll("(\"SELECT.*?)(, watch|$)", "$1\"$2")
                + "}\n" + more;
        return TestPostgres.pool(zoo, user)
                .withConnection(connection -> new Preflight().check(connection, TestDefinitions.of(yaml)))
                .await()
                .atMost(TestPostgres.stepTimeout());
    }

    @Test
    void shouldFindNothingAgainstASoundDefinition() {
        assertThat(check("postgres", SOUND, "")).isEmpty();
    }

    @Test
    void shouldRefuseToGroupByAColumnThatEntitiesHaveNot() {
        assertThat(check("postgres", SOUND, "summary: [id]")).isEmpty();
        assertThat(check("postgres", SOUND, "summary: [shelff]"))
                .extracting(Finding::code)
                .containsExactly("unknown_column");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "from: public.persn, into: public.duty, identity: [person], rows: SELECT id AS person FROM entity           | unknown_table        | public.person",
                "from: public.person, into: public.dutty, identity: [person], rows: SELECT id AS person FROM entity         | unknown_table        | public.duty",
                "from: public.two_keys, into: public.duty, identity: [person], rows: SELECT a AS person FROM entity         | no_key               | derive.key",
                "from: public.two_keys, key: a, into: public.strict, identity: [person], rows: SELECT a AS person, '' AS name FROM entity | key_not_unique | unique index",
                "from: public.unlogged, into: public.strict, identity: [person], rows: SELECT id AS person FROM entity       | unsupported_table    | SET LOGGED",
                "from: public.shown, into: public.duty, identity: [person], rows: SELECT id AS person FROM entity           | unsupported_table    | the table whose rows it shows",
                "from: public.full_identity, into: public.strict, identity: [person], rows: SELECT id AS person FROM entity | replica_identity     | REPLICA IDENTITY DEFAULT",
                "from: public.person, into: public.ruled, identity: [person], rows: SELECT id AS person FROM entity         | rules                | DISABLE RULE",
                "from: public.person, into: public.duty, identity: [person], rows: SELECT id AS person FROM entity          | no_unique_identity   | CREATE UNIQUE INDEX CONCURRENTLY ON \"public\".\"duty\" (\"person\")",
                "from: public.person, into: public.loose, identity: [person, shelf], rows: SELECT id AS person, id AS shelf FROM entity | no_unique_identity | (\"person\", \"shelf\") NULLS NOT DISTINCT",
                "from: public.person, into: public.duty, identity: [person, shelf], rows: SELECT id AS person FROM entity   | identity_not_yielded | take it out",
                "from: public.person, into: public.duty, identity: [persona], rows: SELECT id AS person FROM entity         | unknown_column       | person",
                "from: public.person, into: public.strict, identity: [person], rows: SELECT id AS person FROM entity        | missing_column       | add the column",
                "from: public.person, into: public.strict, identity: [person], rows: SELECT id AS person, '' AS nam FROM entity | unknown_column   | it has: person, name",
                "from: public.person, into: public.duty, identity: [person], rows: SELECT id AS person, id AS person FROM entity | column_twice    | once",
                "from: public.person, into: public.duty, identity: [person, shelf], rows: SELECT id AS person, 1 AS shelf, 2 AS double FROM entity | generated_column | leave the column out",
                "from: public.person, into: public.loose, identity: [person, n], rows: SELECT id AS person, 1 AS n FROM entity | identity_always   | leave the column out",
                "from: public.person, into: public.strict, identity: [person], rows: SELECT idd AS person, '' AS name FROM entity | invalid_expression | columns of public.person",
                "from: public.person, into: public.strict, identity: [person], rows: SELECT head AS person, now() AS name, secret AS kind FROM entity WHERE nonsense(id) | invalid_expression | columns of public.person",
                "from: public.person, into: public.duty, identity: [person, shelf], rows: SELECT id AS person, box(point(1, 2), point(3, 4)) AS shelf FROM entity | invalid_expression | correct the query",
                "from: public.person, into: public.duty, identity: [person, shelf], rows: SELECT id AS person, (random() * 1000000)::integer AS shelf FROM entity | not_deterministic | what the tables hold",
            })
    void shouldRefuseWithTheWayOut(String section, String code, String remedy) {
        List<Finding> findings = check("postgres", section, "");

        assertThat(findings)
                .filteredOn(finding -> finding.code().equals(code))
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.refuses()).isTrue();
                    assertThat(finding.remedy()).contains(remedy);
                });
    }

    @Test
    void shouldNameTheColumnOfAWatchThatDoesNotExist() {
        List<Finding> findings = check("postgres", SOUND.replace("entity: keeper", "entity: owner"), "");

        assertThat(findings).extracting(Finding::code).containsExactly("invalid_expression");
        assertThat(findings.get(0).message()).contains("derive.watch entity", "owner");
        assertThat(check(
                        "postgres",
                        SOUND.replace("watch: [{table: public.shelf", "watch: [{table: public.unkeyed"),
                        ""))
                .extracting(Finding::code)
                .contains("no_primary_key");
    }

    @Test
    void shouldNameTablesThatAreReadButNotWatchedT15() {
        List<Finding> findings = check(
                "postgres",
                SOUND.replace("public.shelf s ON", "public.shown s ON")
                        .replace(", watch: [{table: public.shelf, entity: keeper}]", ""),
                "");

        assertThat(findings).singleElement().satisfies(finding -> {
            assertThat(finding.code()).isEqualTo("unwatched_table");
            assertThat(finding.message()).contains("public.shelf");
            assertThat(finding.refuses()).isFalse();
            assertThat(finding.refusesToFollow()).isTrue();
        });
    }

    @Test
    void shouldNameMissingPrivileges() {
        List<Finding> findings = check("derive_plain", SOUND, "");

        assertThat(findings).allMatch(Finding::refuses);
        assertThat(findings)
                .extracting(Finding::remedy)
                .contains(
                        "GRANT UPDATE ON \"public\".\"person\" TO \"derive_plain\"",
                        "GRANT \"postgres\" TO \"derive_plain\"");
    }

    @Test
    void shouldRefuseTablesWhoseRowsItWouldNotSee() {
        String guarded = SOUND.replace("public.shelf s", "public.guarded s");

        assertThat(check("postgres", guarded, "")).extracting(Finding::code).containsExactly("unwatched_table");
        TestPostgres.execute(
                zoo,
                "ALTER TABLE person OWNER TO derive_plain; ALTER TABLE shelf OWNER TO derive_plain; GRANT USAGE ON SEQUENCE duty_id_seq TO derive_plain");
        try {
            assertThat(check("derive_plain", guarded, ""))
                    .extracting(Finding::code)
                    .contains("policy_denied");
            assertThat(check("derive_plain", SOUND, "")).isEmpty();
            TestPostgres.execute(zoo, "REVOKE USAGE ON SEQUENCE duty_id_seq FROM derive_plain");
            assertThat(check("derive_plain", SOUND, ""))
                    .extracting(Finding::remedy)
                    .containsExactly("GRANT USAGE ON SEQUENCE duty_id_seq TO \"derive_plain\"");
        } finally {
            TestPostgres.execute(
                    zoo,
                    "ALTER TABLE person OWNER TO postgres; ALTER TABLE shelf OWNER TO postgres;"
                            + " GRANT SELECT ON person, shelf TO derive_plain");
        }
    }

    @Test
    void shouldRefuseWhatIsRequiredAndNotThere() {
        List<Finding> findings = check(
                "postgres",
                SOUND,
                "require:\n  - {name: shelves, sql: SELECT count(*) > 0 FROM public.shelf, otherwise: build some}\n");

        assertThat(findings).singleElement().satisfies(finding -> {
            assertThat(finding.code()).isEqualTo("requirement_unmet");
            assertThat(finding.remedy()).isEqualTo("build some");
        });
    }
}
