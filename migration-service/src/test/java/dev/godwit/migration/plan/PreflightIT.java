package dev.godwit.migration.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.godwit.migration.testing.SampleData;
import dev.godwit.migration.testing.TestDefinitions;
import dev.godwit.migration.testing.TestPostgres;
import io.vertx.mutiny.sqlclient.Pool;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PreflightIT {

    private static final String ZOO = """
            CREATE ROLE plain_user LOGIN; CREATE SEQUENCE counter;
            CREATE TABLE documents (id uuid PRIMARY KEY, user_id uuid NOT NULL, hash text NOT NULL, note text, updated_at timestamptz);
            CREATE TABLE chunks (id uuid PRIMARY KEY, document_id uuid NOT NULL REFERENCES documents, no int);
            CREATE TABLE annotations (id int PRIMARY KEY, chunk_id uuid REFERENCES chunks);
            CREATE TABLE search_log (n bigint PRIMARY KEY, document_id uuid, payload jsonb, pinned uuid[], amount int);
            INSERT INTO search_log (n) VALUES (1);
            CREATE TABLE unkeyed (document_id uuid);
            CREATE TABLE soft_child (id int PRIMARY KEY, document_id uuid REFERENCES documents NOT ENFORCED);
            CREATE TABLE full_identity (id uuid PRIMARY KEY, note text); ALTER TABLE full_identity REPLICA IDENTITY FULL;
            CREATE TABLE not_unique (id uuid, part int, PRIMARY KEY (id, part));
            CREATE TABLE deferrable_key (id uuid UNIQUE DEFERRABLE, n int PRIMARY KEY);
            CREATE TABLE always (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
            CREATE TABLE generated (id text GENERATED ALWAYS AS (note || '') STORED PRIMARY KEY, note text);
            CREATE UNLOGGED TABLE unlogged (id uuid PRIMARY KEY);
            CREATE VIEW shown AS SELECT * FROM documents;
            CREATE TABLE old_parent (id uuid PRIMARY KEY); CREATE TABLE old_child () INHERITS (old_parent);
            CREATE TABLE ruled (id uuid PRIMARY KEY, note text);
            CREATE RULE also AS ON UPDATE TO ruled DO ALSO NOTIFY ruled;
            CREATE TABLE orders (tenant int, id int, PRIMARY KEY (tenant, id), document_id uuid UNIQUE REFERENCES documents);
            CREATE TABLE bills (id int PRIMARY KEY, document_id uuid REFERENCES orders (document_id));
            CREATE TABLE parted (id uuid PRIMARY KEY, note text) PARTITION BY HASH (id);
            CREATE TABLE parted_0 PARTITION OF parted FOR VALUES WITH (MODULUS 1, REMAINDER 0);
            INSERT INTO documents SELECT gen_random_uuid(), gen_random_uuid(), n::text FROM generate_series(1, 50) n;
            GRANT USAGE ON SCHEMA public TO plain_user; GRANT SELECT ON documents, chunks TO plain_user;
            CREATE TABLE guarded (id uuid PRIMARY KEY, note text); ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;
            GRANT SELECT, UPDATE ON guarded TO plain_user;
            """;

    private static String zoo;

    @BeforeAll
    static void createZoo() {
        zoo = TestPostgres.freshDatabase("preflight");
        TestPostgres.execute(zoo, ZOO);
    }

    @Test
    void shouldFindNothingAgainstASoundDefinition() {
        assertThat(check(zoo, rekey("table: public.search_log, key: n, to: n + 1000")))
                .isEmpty();
    }

    @Test
    void shouldLeaveTheConnectionAsItWas() {
        String settings = TestPostgres.pool(zoo)
                .withConnection(connection -> new Preflight()
                        .check(connection, TestDefinitions.of(rekey("table: public.documents, key: id, to: nothing")))
                        .chain(() -> connection
                                .query(
                                        "SELECT current_setting('transaction_read_only') || ' ' || current_setting('statement_timeout')")
                                .execute())
                        .map(rows -> rows.iterator().next().getString(0)))
                .await()
                .atMost(TestPostgres.stepTimeout());

        assertThat(settings).isEqualTo("off 0");
    }

    @Test
    void shouldNotLetAnExpressionWrite() {
        List<Finding> findings = check(zoo, rekey("table: public.search_log, key: n, to: nextval('public.counter')"));

        assertThat(findings).extracting(Finding::code).containsExactly("invalid_expression");
        assertThat(findings.get(0).message()).contains("read-only transaction");
    }

    @Nested
    class Refusals {

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "table: public.documnts, key: id, to: id        | unknown_table     | public.documents",
                    "table: public.documents, key: idd, to: user_id | unknown_column    | id",
                    "table: public.not_unique, key: id, to: id      | key_not_unique    | CREATE UNIQUE INDEX CONCURRENTLY",
                    "table: public.deferrable_key, key: id, to: id  | deferrable_unique | CREATE UNIQUE INDEX CONCURRENTLY",
                    "table: public.always, key: id, to: id + 1      | identity_always   | SET GENERATED BY DEFAULT",
                    "table: public.generated, key: id, to: note     | generated_column  | generated from",
                    "table: public.unlogged, key: id, to: id        | unsupported_table | SET LOGGED",
                    "table: public.shown, key: id, to: id           | unsupported_table | rows it shows",
                    "table: public.old_parent, key: id, to: id      | inheritance       | NO INHERIT",
                    "table: public.ruled, key: id, to: id           | rules             | DISABLE RULE",
                    "table: public.full_identity, key: id, to: id   | replica_identity  | REPLICA IDENTITY DEFAULT",
                    "table: public.parted_0, key: id, to: id        | partition         | partitioned table",
                    "table: public.documents, key: id, to: user_id  | transitive_reference | ON UPDATE CASCADE",
                    "table: public.documents, key: id, to: userid   | invalid_expression | user_id",
                    "table: public.documents, key: id, to: hash     | invalid_expression | limit the entities by where",
                    "table: public.documents, key: id, to: gen_random_uuid() | not_deterministic | derive the key",
                    "table: public.documents, key: id, to: user_id, where: nope | invalid_expression | user_id",
                    "table: public.search_log, key: n, to: 'uuid5(document_id, n::text)' | key_type | yields bigint",
                    "table: public.documents, key: id, to: 'coalesce(uuid5(user_id, hash))' | invalid_expression | whole expression"
                })
        void shouldNameTheObstacleAndTheWayOut(String rekey, String code, String remedy) {
            List<Finding> findings = check(zoo, rekey(rekey));

            assertThat(findings)
                    .filteredOn(finding -> finding.code().equals(code))
                    .isNotEmpty()
                    .allMatch(Finding::refuses)
                    .anySatisfy(finding -> assertThat(finding.remedy()).contains(remedy));
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "{table: public.nothing, column: a}                                 | unknown_table    | references",
                    "{table: public.search_log, column: documentid}                     | unknown_column   | document_id",
                    "{table: public.search_log, column: amount}                         | reference_type   | integer",
                    "{table: public.search_log, column: payload}                        | reference_type   | path",
                    "{table: public.search_log, column: document_id, path: $.a}         | reference_type   | JSON",
                    "{table: public.search_log, column: payload, pattern: 'x{key}'}     | reference_type   | text",
                    "{table: public.unkeyed, column: document_id}                       | no_primary_key   | PRIMARY KEY",
                    "{table: public.search_log, column: document_id, when: nothing = 1} | invalid_expression | when"
                })
        void shouldNameReferencesThatCannotWork(String reference, String code, String mentioned) {
            List<Finding> findings =
                    check(zoo, rekey("table: public.documents, key: id, to: user_id, references: [" + reference + "]"));

            assertThat(findings)
                    .filteredOn(finding -> finding.code().equals(code))
                    .isNotEmpty()
                    .allMatch(Finding::refuses)
                    .anySatisfy(finding ->
                            assertThat(finding.message() + finding.remedy()).contains(mentioned));
        }

        @Test
        void shouldRefuseAQueryOfTheDefinitionThatDoesNotParse() {
            List<Finding> findings = check(
                    zoo,
                    rekey("table: public.search_log, key: n, to: n + 1")
                            + "verify:\n  - {name: sound, sql: SELECT nothing, expect: 0}\n");

            assertThat(findings).singleElement().satisfies(finding -> assertThat(finding.message())
                    .contains("verify 'sound'", "nothing"));
        }

        @Test
        void shouldRefuseUntilARequirementIsMet() {
            String needs = rekey("table: public.search_log, key: n, to: n + 1")
                    + "require:\n  - {name: seeded, sql: SELECT %s, otherwise: seed first}\n";

            assertThat(check(zoo, needs.formatted("1 = 2")))
                    .extracting(Finding::code, Finding::remedy)
                    .containsExactly(tuple("requirement_unmet", "seed first"));
            assertThat(check(zoo, needs.formatted("1 = 1"))).isEmpty();
        }
    }

    @Nested
    class Privileges {

        @Test
        void shouldSayWhichGrantsAndWhichOwnershipAreMissing() {
            List<Finding> findings =
                    checkAs(zoo, "plain_user", rekey("table: public.documents, key: id, to: user_id, triggers: off"));

            assertThat(findings)
                    .filteredOn(finding -> finding.code().equals("missing_privilege"))
                    .allMatch(Finding::refuses)
                    .extracting(Finding::remedy)
                    .contains(
                            "GRANT UPDATE ON \"public\".\"documents\" TO \"plain_user\"",
                            "GRANT \"postgres\" TO \"plain_user\"",
                            "GRANT UPDATE ON \"public\".\"chunks\" TO \"plain_user\"",
                            "GRANT SET ON PARAMETER session_replication_role TO \"plain_user\"");
        }

        @Test
        void shouldRefuseWherePoliciesHideRows() {
            List<Finding> findings = checkAs(zoo, "plain_user", rekey("table: public.guarded, key: id, to: id"));

            assertThat(findings).anySatisfy(finding -> {
                assertThat(finding.code()).isEqualTo("policy_denied");
                assertThat(finding.message()).contains("public.guarded", "plain_user");
            });
            assertThat(check(zoo, rekey("table: public.guarded, key: id, to: id")))
                    .extracting(Finding::code)
                    .doesNotContain("policy_denied");
        }
    }

    @Nested
    class Warnings {

        @Test
        void shouldGiveTheIndexThatAChildLacks() {
            List<Finding> findings = check(
                    zoo,
                    rekey(
                            "table: public.documents, key: id, to: user_id, references: ["
                                    + "{table: public.search_log, column: document_id}, {table: public.search_log, column: pinned}]"));

            assertThat(findings)
                    .filteredOn(finding -> finding.code().equals("missing_index"))
                    .noneMatch(Finding::refuses)
                    .extracting(Finding::remedy)
                    .containsExactlyInAnyOrder(
                            "CREATE INDEX CONCURRENTLY ON \"public\".\"chunks\" (\"document_id\");",
                            "CREATE INDEX CONCURRENTLY ON \"public\".\"search_log\" (\"document_id\");",
                            "CREATE INDEX CONCURRENTLY ON \"public\".\"search_log\" USING gin (\"pinned\");");
        }

        @Test
        void shouldNameAForeignKeyThatIsNotEnforced() {
            assertThat(check(zoo, rekey("table: public.documents, key: id, to: user_id")))
                    .anySatisfy(finding -> {
                        assertThat(finding.code()).isEqualTo("not_enforced");
                        assertThat(finding.remedy()).contains("{table: public.soft_child, column: document_id}");
                    });
        }

        @Test
        void shouldFollowTheDerivedKeysOfChildren() {
            List<Finding> findings = check(
                    zoo,
                    rekey("table: public.documents, key: id, to: user_id,"
                            + " children: [{table: public.chunks, key: id, to: 'uuid5(document_id, no::text)'}]"));

            assertThat(findings)
                    .filteredOn(finding -> finding.code().equals("missing_index"))
                    .extracting(Finding::remedy)
                    .contains("CREATE INDEX CONCURRENTLY ON \"public\".\"annotations\" (\"chunk_id\");");
        }
    }

    @Nested
    class RealDatabases {

        @Test
        void shouldAcceptTheRolesOfKeycloak() {
            String database = SampleData.load("keycloak.sql.gz");

            List<Finding> findings = check(
                    database,
                    rekey("table: public.keycloak_role, key: id, to: \"uuid5('6ba7b812-9dad-11d1-80b4-00c04fd430c8',"
                            + " client_realm_constraint || '/' || name)\""));

            assertThat(findings).noneMatch(Finding::refuses);
        }

        @Test
        void shouldAcceptCustomersAndEmployeesOfNorthwind() {
            String database = SampleData.load("northwind.sql.gz");

            assertThat(check(database, rekey("table: public.customers, key: customer_id, to: lower(customer_id)")))
                    .noneMatch(Finding::refuses)
                    .filteredOn(finding -> finding.code().equals("missing_index"))
                    .extracting(Finding::remedy)
                    .contains("CREATE INDEX CONCURRENTLY ON \"public\".\"orders\" (\"customer_id\");");
            assertThat(check(database, rekey("table: public.employees, key: employee_id, to: employee_id + 1000")))
                    .noneMatch(Finding::refuses);
        }

        @Test
        void shouldRefuseKeysOfPagilaThatDoNotFitTheSmallChildrenAndNameThem() {
            String database = SampleData.load("pagila.sql.gz");

            List<Finding> small =
                    check(database, rekey("table: public.customer, key: customer_id, to: customer_id + 10000"));
            List<Finding> large =
                    check(database, rekey("table: public.customer, key: customer_id, to: customer_id + 100000"));

            assertThat(small).noneMatch(Finding::refuses);
            assertThat(large).filteredOn(Finding::refuses).singleElement().satisfies(finding -> assertThat(
                            finding.message())
                    .contains(
                            "100599",
                            "public.payment_p2007_01.customer_id (smallint)",
                            "public.rental.customer_id (smallint)")
                    .doesNotContain("public.customer.customer_id"));
        }

        @Test
        void shouldNamePartitionsOfPagilaWithoutTheForeignKeyOfTheirSiblings() {
            String database = SampleData.load("pagila.sql.gz");
            String rekey = "table: public.customer, key: customer_id, to: customer_id + 10000";
            List<String> lacking = partitionsWithoutForeignKey(database, rekey(rekey)).stream()
                    .map(Finding::message)
                    .toList();
            String lines = partitionsWithoutForeignKey(database, rekey(rekey)).stream()
                    .map(finding -> finding.remedy().replaceAll("(?s).*(\\{.*\\}).*", "$1"))
                    .collect(Collectors.joining(", "));

            assertThat(lacking)
                    .isNotEmpty()
                    .allMatch(message -> message.contains("partition public.payment_p")
                            && message.contains("payment_p2007_01_customer_id_fkey")
                            && message.contains("public.customer"));
            assertThat(partitionsWithoutForeignKey(database, rekey(rekey + ", references: [" + lines + "]")))
                    .isEmpty();
        }

        private static List<Finding> partitionsWithoutForeignKey(String database, String yaml) {
            return check(database, yaml).stream()
                    .filter(finding -> finding.code().equals("partition_lacks_foreign_key"))
                    .toList();
        }

        @Test
        void shouldNameTheTriggersOfPagilaUnlessTheyAreOff() {
            String database = SampleData.load("pagila.sql.gz");
            String rekey = "table: public.customer, key: customer_id, to: customer_id + 10000";

            assertThat(check(database, rekey(rekey)))
                    .filteredOn(finding -> finding.code().equals("before_triggers"))
                    .extracting(Finding::message)
                    .anySatisfy(message -> assertThat(message).contains("public.customer", "last_updated"))
                    .anySatisfy(message -> assertThat(message).contains("public.rental", "last_updated"));
            assertThat(check(database, rekey(rekey + ", triggers: off")))
                    .extracting(Finding::code)
                    .doesNotContain("before_triggers", "user_triggers");
        }

        @Test
        void shouldRefuseTablesWithPoliciesOfTheObjectZoo() {
            TestPostgres.execute("postgres", "DROP ROLE IF EXISTS zoo_reader; CREATE ROLE zoo_reader LOGIN");
            String database = SampleData.load("clone_testing.sql.gz");
            TestPostgres.execute(
                    database,
                    "GRANT USAGE ON SCHEMA sample TO zoo_reader; GRANT ALL ON ALL TABLES IN SCHEMA sample TO zoo_reader");

            for (String table : List.of("sample.accounts", "sample.passwd")) {
                for (String section : List.of(
                        "rekey: {table: %s, key: x, to: x}",
                        "transform: {table: %s, pending: 'true', set: {x: '1'}, writers: old}",
                        "derive: {from: %s, into: sample.films, identity: [x], rows: SELECT 1 AS x FROM entity}")) {
                    assertThat(checkAs(
                                    database,
                                    "zoo_reader",
                                    "migration: under-test\n" + section.formatted(table) + "\n"))
                            .as(section.formatted(table))
                            .extracting(Finding::code)
                            .contains("policy_denied");
                }
            }
            TestPostgres.execute(database, "DROP OWNED BY zoo_reader");
        }
    }

    private static String rekey(String flow) {
        return "migration: under-test\nrekey: {" + flow + "}\n";
    }

    private static List<Finding> check(String database, String yaml) {
        return check(TestPostgres.pool(database), yaml);
    }

    private static List<Finding> checkAs(String database, String user, String yaml) {
        return check(TestPostgres.pool(database, user), yaml);
    }

    private static List<Finding> check(Pool pool, String yaml) {
        return pool.withConnection(connection -> new Preflight().check(connection, TestDefinitions.of(yaml)))
                .await()
                .atMost(TestPostgres.stepTimeout());
    }
}
