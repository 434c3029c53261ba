package dev.godwit.migration.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.godwit.migration.catalog.CatalogReader;
import dev.godwit.migration.definition.Definition;
import dev.godwit.migration.definition.RekeyDefinition;
import dev.godwit.migration.plan.Discover.Limits;
import dev.godwit.migration.testing.SampleData;
import dev.godwit.migration.testing.TestDefinitions;
import dev.godwit.migration.testing.TestPostgres;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class DiscoverIT {

    private static final String SCHEMA = """
            CREATE SCHEMA godwit; CREATE SCHEMA "We ird";
            CREATE TABLE documents (id uuid PRIMARY KEY, twin text);
            INSERT INTO documents SELECT md5(n::text)::uuid, NULL FROM generate_series(1, 300) n;
            CREATE TABLE linked (id int PRIMARY KEY, document_id uuid REFERENCES documents, also uuid GENERATED ALWAYS AS (document_id) STORED);
            INSERT INTO linked SELECT n, md5(n::text)::uuid FROM generate_series(1, 300) n;
            CREATE TABLE godwit.identity (old text); INSERT INTO godwit.identity SELECT id FROM documents;
            CREATE TABLE "We ird"."T.able" ("Doc ument" uuid, n int);
            INSERT INTO "We ird"."T.able" SELECT md5(n::text)::uuid, n FROM generate_series(1, 7) n;
            INSERT INTO "We ird"."T.able" SELECT md5('other' || n)::uuid, n FROM generate_series(1, 7) n;
            CREATE DOMAIN pinned_ids AS uuid[];
            CREATE TABLE workspaces (pinned uuid[], texts text[], by_domain pinned_ids);
            INSERT INTO workspaces VALUES (ARRAY[md5('1')::uuid, md5('2')::uuid], ARRAY['x', md5('3')::uuid::text], ARRAY[md5('x')::uuid]),
                                          (ARRAY[md5('4')::uuid], NULL, ARRAY[md5('5')::uuid]), (NULL, NULL, NULL);
            CREATE TABLE settings (payload jsonb, kept text, mixed jsonb);
            INSERT INTO settings SELECT jsonb_build_object('last', jsonb_build_object('document id', md5(n::text)::uuid)),
                                        json_build_array(json_build_object('id', md5(n::text)::uuid))::text,
                                        CASE n % 2 WHEN 0 THEN jsonb_build_object('id', md5(n::text)::uuid) ELSE jsonb_build_array(jsonb_build_object('id', md5(n::text)::uuid)) END
                                   FROM generate_series(1, 10) n;
            CREATE TABLE events (path text, url varchar(200), prose text, unrelated text);
            INSERT INTO events SELECT 'documents/' || md5(n::text)::uuid || '/', 'https://host' || n || '.example.org/a/' || n || '/doc-' || md5(n::text)::uuid || '?v=' || n,
                                      'see ' || md5(n::text)::uuid || ', please', md5('unrelated' || n)::uuid FROM generate_series(1, 20) n;
            CREATE TABLE parted (region int, document text) PARTITION BY LIST (region);
            CREATE TABLE parted_1 PARTITION OF parted FOR VALUES IN (1); CREATE TABLE parted_2 PARTITION OF parted FOR VALUES IN (2);
            INSERT INTO parted SELECT 1 + n % 2, md5(n::text)::uuid FROM generate_series(1, 9) n;
            CREATE TABLE inside (doc json);
            INSERT INTO inside SELECT json_build_object('url', 'documents/' || md5(n::text)::uuid) FROM generate_series(1, 3) n;
            CREATE TABLE customers (id int PRIMARY KEY);
            INSERT INTO customers SELECT 7 + 1000 * n FROM generate_series(1, 300) n;
            CREATE TABLE orders (n int, billing_customer_id bigint, code numeric, "customerIds" int[], payload jsonb, note text, customer_count int);
            INSERT INTO orders SELECT n, 7 + 1000 * n, 7 + 1000 * n, ARRAY[7 + 1000 * n, 1007], jsonb_build_object('buyer', jsonb_build_object('customer_id', 7 + 1000 * n), 'total', 1007),
                                      'see /customers/' || (7 + 1000 * n) || '/mail', 1 FROM generate_series(1, 20) n;
            CREATE TABLE shops (id int PRIMARY KEY); INSERT INTO shops SELECT generate_series(1, 100);
            CREATE TABLE visits (shop_id int, guests int, shop_count int); INSERT INTO visits SELECT n, n, n FROM generate_series(1, 50) n;
            CREATE TABLE hosts (address inet PRIMARY KEY); INSERT INTO hosts SELECT ('10.0.0.' || n)::inet FROM generate_series(1, 50) n;
            CREATE TABLE pings (source inet, port int); INSERT INTO pings SELECT ('10.0.0.' || n)::inet, n FROM generate_series(1, 9) n;
            ANALYZE;
            """;

    private static String database;

    @BeforeAll
    static void create() {
        database = TestPostgres.freshDatabase("discover");
        TestPostgres.execute(database, SCHEMA);
    }

    @Test
    void shouldReportExactlyTheUndeclaredReferencesOfKeycloak() {
        String keycloak = SampleData.load("keycloak.sql.gz");

        Discovery discovery = discover(keycloak, "table: public.keycloak_role, key: id, to: id", Limits.DEFAULT);

        assertThat(discovery.references())
                .extracting(
                        UndeclaredReference::table,
                        UndeclaredReference::column,
                        UndeclaredReference::rows,
                        UndeclaredReference::line)
                .containsExactlyInAnyOrder(
                        tuple(
                                "public.user_role_mapping",
                                "role_id",
                                104L,
                                "{table: public.user_role_mapping, column: role_id}"),
                        tuple("public.scope_mapping", "role_id", 4L, "{table: public.scope_mapping, column: role_id}"),
                        tuple(
                                "public.client_scope_role_mapping",
                                "role_id",
                                2L,
                                "{table: public.client_scope_role_mapping, column: role_id}"),
                        tuple("public.realm", "default_role", 2L, "{table: public.realm, column: default_role}"),
                        tuple(
                                "public.admin_event_entity",
                                "representation",
                                52L,
                                "{table: public.admin_event_entity, column: representation, path: \"$.**.id\"}"));
        assertThat(discovery.notSearched()).isEmpty();
    }

    @Test
    void shouldReportNothingOnceTheLinesAreAdded() {
        String keycloak = SampleData.load("keycloak.sql.gz");
        String lines =
                discover(keycloak, "table: public.keycloak_role, key: id, to: id", Limits.DEFAULT).references().stream()
                        .map(UndeclaredReference::line)
                        .collect(Collectors.joining(", "));

        Discovery again = discover(
                keycloak, "table: public.keycloak_role, key: id, to: id, references: [" + lines + "]", Limits.DEFAULT);

        assertThat(again.references()).isEmpty();
    }

    @Test
    void shouldFindThePartitionsOfPagilaWithoutForeignKeyThoughKeysAreNumbers() {
        String pagila = SampleData.load("pagila.sql.gz");

        Discovery discovery =
                discover(pagila, "table: public.customer, key: customer_id, to: customer_id", Limits.DEFAULT);

        assertThat(discovery.references())
                .extracting(UndeclaredReference::table, UndeclaredReference::rows)
                .contains(tuple("public.payment_p0000_default", 612L), tuple("public.payment_p2007_07_max", 156L));
        assertThat(discovery.notSearched()).anySatisfy(note -> assertThat(note).contains("numbers"));
    }

    @Test
    void shouldFindNothingInNorthwindWhereForeignKeysSayAll() {
        String northwind = SampleData.load("northwind.sql.gz");

        assertThat(discover(northwind, "table: public.customers, key: customer_id, to: customer_id", Limits.DEFAULT)
                        .references())
                .isEmpty();
    }

    @Test
    void shouldGiveTheLineForEveryFormOfReference() {
        Discovery discovery = discover(database, "table: public.documents, key: id, to: id", Limits.DEFAULT);

        assertThat(discovery.references())
                .extracting(UndeclaredReference::rows, UndeclaredReference::line)
                .containsExactlyInAnyOrder(
                        tuple(7L, "{table: \"\\\"We ird\\\".\\\"T.able\\\"\", column: \"Doc ument\"}"),
                        tuple(2L, "{table: public.workspaces, column: pinned}"),
                        tuple(1L, "{table: public.workspaces, column: texts}"),
                        tuple(1L, "{table: public.workspaces, column: by_domain}"),
                        tuple(10L, "{table: public.settings, column: payload, path: \"$.last.\\\"document id\\\"\"}"),
                        tuple(10L, "{table: public.settings, column: kept, path: \"$[*].id\"}"),
                        tuple(10L, "{table: public.settings, column: mixed, path: \"$.**.id\"}"),
                        tuple(20L, "{table: public.events, column: path, pattern: \"documents/{key}/\"}"),
                        tuple(
                                20L,
                                "{table: public.events, column: url, pattern: \"https://host*.example.org/a/*/doc-{key}?v=*\"}"),
                        tuple(20L, "{table: public.events, column: prose, pattern: \"see {key}, please\"}"),
                        tuple(9L, "{table: public.parted, column: document}"),
                        tuple(
                                3L,
                                "# public.inside.doc holds keys within longer strings or names inside JSON; no reference can express that"));
        assertThat(discovery.references())
                .allSatisfy(reference -> assertThat(reference.sampleKey()).hasSize(36));
    }

    @Test
    void shouldFindNumbersByTheirNamesAndFarApartOnesByThemselves() {
        Discovery far = discover(database, "table: public.customers, key: id, to: id", Limits.DEFAULT);
        Discovery close = discover(database, "table: public.shops, key: id, to: id", Limits.DEFAULT);

        assertThat(far.references())
                .extracting(UndeclaredReference::rows, UndeclaredReference::line)
                .containsExactlyInAnyOrder(
                        tuple(20L, "{table: public.orders, column: billing_customer_id}"),
                        tuple(20L, "{table: public.orders, column: code}"),
                        tuple(20L, "{table: public.orders, column: customerIds}"),
                        tuple(20L, "{table: public.orders, column: payload, path: $.buyer.customer_id}"),
                        tuple(20L, "{table: public.orders, column: note, pattern: \"customers/{key}\"}"));
        assertThat(close.references())
                .extracting(UndeclaredReference::line)
                .containsExactly("{table: public.visits, column: shop_id}");
        assertThat(close.notSearched()).singleElement().asString().contains("numbers close together");
    }

    @Test
    void shouldFindKeysOfAnyOtherTypeInColumnsOfThatType() {
        Discovery discovery = discover(database, "table: public.hosts, key: address, to: address", Limits.DEFAULT);

        assertThat(discovery.references())
                .extracting(UndeclaredReference::rows, UndeclaredReference::line)
                .containsExactly(tuple(9L, "{table: public.pings, column: source}"));
    }

    @Test
    void shouldSayWhatWasLeftWhenTheTimeWasUp() {
        Limits none = new Limits(10_000, 1_000_000, Duration.ofSeconds(30), Duration.ZERO);

        Discovery discovery = discover(database, "table: public.documents, key: id, to: id", none);

        assertThat(discovery.references()).isEmpty();
        assertThat(discovery.notSearched())
                .contains("public.events was not searched: the time for the whole search was up");
    }

    @Test
    void shouldGiveLinesThatLoadAndPassPreflight() {
        String lines =
                discover(database, "table: public.documents, key: id, to: id", Limits.DEFAULT).references().stream()
                        .map(UndeclaredReference::line)
                        .filter(line -> !line.startsWith("#"))
                        .collect(Collectors.joining(", "));
        String declared = "table: public.documents, key: id, to: id, references: [" + lines + "]";

        List<Finding> findings = TestPostgres.pool(database)
                .withConnection(connection -> new Preflight().check(connection, definition(declared)))
                .await()
                .atMost(TestPostgres.stepTimeout());

        assertThat(findings).filteredOn(Finding::refuses).allMatch(finding -> finding.code()
                .equals("no_primary_key"));
        assertThat(discover(database, declared, Limits.DEFAULT).references())
                .extracting(UndeclaredReference::table)
                .containsOnly("public.inside");
    }

    @Test
    void shouldSayWhenItSearchedASampleOnly() {
        Limits few = new Limits(20, 5, Duration.ofSeconds(30), Duration.ofMinutes(1));

        Discovery discovery = discover(database, "table: public.documents, key: id, to: id", few);

        assertThat(discovery.notSearched())
                .anySatisfy(note -> assertThat(note).startsWith("searched for a random sample of"))
                .anySatisfy(note -> assertThat(note).contains("public.events: only about 25.00 % of its rows"));
    }

    @Test
    void shouldSayWhichTableTookTooLong() {
        Limits hasty = new Limits(10_000, 1_000_000, Duration.ofMillis(250), Duration.ofMinutes(1));
        TestPostgres.execute(database, """
                CREATE TABLE IF NOT EXISTS slow_log (line text);
                INSERT INTO slow_log SELECT repeat('no key here ', 4000) FROM generate_series(1, 5000);
                """);

        Discovery discovery = discover(database, "table: public.documents, key: id, to: id", hasty);
        TestPostgres.execute(database, "DROP TABLE slow_log");

        assertThat(discovery.notSearched()).anySatisfy(note -> assertThat(note).contains("public.slow_log"));
        assertThat(discovery.references())
                .extracting(UndeclaredReference::table)
                .contains("public.events");
    }

    @Test
    void shouldSayWhatItMayNotRead() {
        TestPostgres.execute(
                database,
                "DO $$ BEGIN CREATE ROLE discover_reader LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;"
                        + " GRANT SELECT ON documents, workspaces TO discover_reader");

        Discovery discovery = TestPostgres.pool(database, "discover_reader")
                .withConnection(connection -> new CatalogReader()
                        .table(
                                connection,
                                rekey("table: public.documents, key: id, to: id")
                                        .table())
                        .chain(root -> new Discover().discover(connection, root, "id", List.of(), Limits.DEFAULT)))
                .await()
                .atMost(TestPostgres.stepTimeout());

        assertThat(discovery.references())
                .extracting(UndeclaredReference::table)
                .containsOnly("public.workspaces");
        assertThat(discovery.notSearched())
                .anySatisfy(note -> assertThat(note).contains("public.events", "may not read"));
    }

    private static Discovery discover(String database, String rekey, Limits limits) {
        RekeyDefinition definition = rekey(rekey);
        return TestPostgres.pool(database)
                .withConnection(connection -> new CatalogReader()
                        .table(connection, definition.table())
                        .chain(root -> new Discover()
                                .discover(connection, root, definition.key(), definition.references(), limits)))
                .await()
                .atMost(TestPostgres.stepTimeout());
    }

    private static RekeyDefinition rekey(String flow) {
        return (RekeyDefinition) definition(flow).operation();
    }

    private static Definition definition(String flow) {
        return TestDefinitions.of("migration: under-test\nrekey: {" + flow + "}\n");
    }
}
