package dev.godwit.migration.operation.rekey;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.catalog.Column;
import dev.godwit.migration.catalog.ForeignKey;
import dev.godwit.migration.catalog.Index;
import dev.godwit.migration.catalog.Table;
import dev.godwit.migration.definition.RekeyDefinition;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.testing.TestDefinitions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RekeySqlTest {

    private final Map<TableName, Table> tables = new LinkedHashMap<>();
    private final Map<TableName, List<ForeignKey>> keysTo = new LinkedHashMap<>();
    private long oid = 1;

    @Test
    void shouldQuoteEveryNameAndDoubleQuotesInside() {
        table("We \"ird", "Or.der", "Id", "Id uuid", "select text");
        table("public", "user", "id", "id int", "Order uuid");
        foreignKey("public", "user", List.of("Order"), "We \"ird", "Or.der", List.of("Id"));

        RekeySql sql = compile("""
                migration: m
                rekey: {table: '"We ""ird"."Or.der"', key: Id, to: '"select"::uuid', on-duplicate: fail}
                """);

        assertThat(sql.readRange(new TableName("We \"ird", "Or.der"), true))
                .contains("FROM ONLY \"We \"\"ird\".\"Or.der\" AS \"Or.der\"")
                .contains("\"Or.der\".\"Id\"::text AS key")
                .contains("\"Or.der\".ctid >= $1::text::tid")
                .endsWith("FOR UPDATE\n");
        assertThat(sql.rewrite())
                .contains("UPDATE \"We \"\"ird\".\"Or.der\" AS \"Or.der\" SET \"Id\" = m.new")
                .contains("UPDATE \"public\".\"user\" AS \"user\" SET \"Order\" = m.new");
    }

    @Test
    void shouldLockOnlyWhenAsked() {
        table("public", "doc", "id", "id uuid");
        RekeySql sql = compile("{migration: m, rekey: {table: doc, key: id, to: id, on-duplicate: fail}}");

        assertThat(sql.readKeys(false)).doesNotContain("FOR UPDATE");
        assertThat(sql.readKeys(true)).endsWith("FOR UPDATE\n").contains("= ANY (($1::text[])::uuid[])");
        assertThat(sql.groupDuplicates()).doesNotContain("FOR UPDATE");
        assertThat(sql.countRewrites()).doesNotContain("UPDATE");
    }

    @Test
    void shouldRewriteTheColumnOfACompositeForeignKeyThatHoldsTheKey() {
        table("public", "doc", "id", "tenant int", "id uuid");
        table("public", "page", "id", "id int", "tenant_of int", "doc_of uuid");
        foreignKey("public", "page", List.of("tenant_of", "doc_of"), "public", "doc", List.of("tenant", "id"));

        RekeySql sql = compile("{migration: m, rekey: {table: doc, key: id, to: id, on-duplicate: fail}}");

        assertThat(sql.rewrite()).contains("SET \"doc_of\" = m.new").doesNotContain("tenant_of");
    }

    @Test
    void shouldRewriteKeyAndSelfReferenceInOneUpdateAndTellWhoElseWasWritten() {
        table("public", "doc", "id", "id uuid", "parent uuid");
        foreignKey("public", "doc", List.of("parent"), "public", "doc", List.of("id"));

        RekeySql sql = compile("{migration: m, rekey: {table: doc, key: id, to: id, on-duplicate: fail}}");

        assertThat(sql.rewrite())
                .containsOnlyOnce("UPDATE \"public\".\"doc\"")
                .contains(
                        "SET \"id\" = coalesce((SELECT m.new FROM m0 AS m WHERE m.old = \"doc\".\"id\"), \"doc\".\"id\"),"
                                + " \"parent\" = coalesce((SELECT m.new FROM m0 AS m WHERE m.old = \"doc\".\"parent\"), \"doc\".\"parent\")")
                .contains(
                        "\"doc\".\"id\" = ANY (($1::text[])::uuid[]) OR \"doc\".\"parent\" = ANY (($1::text[])::uuid[])")
                .contains("SELECT u0.key FROM u0 EXCEPT SELECT unnest($2::text[])");
    }

    @Test
    void shouldRewriteTwoReferencesOfATableInOneUpdate() {
        table("public", "doc", "id", "id uuid");
        table("public", "link", "a b", "a uuid", "b uuid");
        foreignKey("public", "link", List.of("a"), "public", "doc", List.of("id"));
        foreignKey("public", "link", List.of("b"), "public", "doc", List.of("id"));

        RekeySql sql = compile("{migration: m, rekey: {table: doc, key: id, to: id, on-duplicate: fail}}");

        assertThat(sql.rewrite())
                .containsOnlyOnce("UPDATE \"public\".\"link\"")
                .contains("\"a\" = coalesce(")
                .contains("\"b\" = coalesce(");
    }

    @Test
    void shouldComputeArraysFromTheRowOverTheWholeMapT13() {
        table("public", "doc", "id", "id uuid");
        table("public", "pin", "id", "id int", "docs uuid[]");
        indexUsing("gin", "public", "pin", "docs");

        RekeySql sql = compile("""
                migration: m
                rekey: {table: doc, key: id, to: id, on-duplicate: fail, references: [{table: pin, column: docs, when: "id > 0"}]}
                """);

        assertThat(sql.rewrite())
                .contains("coalesce((SELECT m.new FROM m0 AS m WHERE m.old = e.value), e.value) ORDER BY e.n")
                .contains("unnest(\"pin\".\"docs\") WITH ORDINALITY")
                .contains("CASE WHEN (id > 0) THEN")
                .contains("\"pin\".\"docs\" && ($1::text[])::uuid[]");
    }

    @Test
    void shouldNotSearchAReferenceWithoutAnIndexInABatchT5() {
        table("public", "doc", "id", "id uuid");
        table("public", "log", "id", "id int", "doc uuid");

        RekeySql sql = compile("""
                migration: m
                rekey: {table: doc, key: id, to: id, on-duplicate: fail, references: [{table: log, column: doc}]}
                """);

        assertThat(sql.rewrite()).doesNotContain("log");
    }

    @Test
    void shouldTakeKeyAndParentOfADerivedChildFromOneMap() {
        table("public", "doc", "id", "id uuid", "n text");
        table("public", "chunk", "id", "id uuid", "doc uuid", "n int");
        table("public", "mark", "id", "id int", "chunk uuid");
        foreignKey("public", "chunk", List.of("doc"), "public", "doc", List.of("id"));
        foreignKey("public", "mark", List.of("chunk"), "public", "chunk", List.of("id"));

        RekeySql sql = compile("""
                migration: m
                rekey:
                  table: doc
                  key: id
                  to: "uuid5('6ba7b811-9dad-11d1-80b4-00c04fd430c8', n)"
                  on-duplicate: fail
                  children: [{table: chunk, key: id, to: "uuid5(doc, n::text)"}]
                """);

        assertThat(sql.rewrite())
                .containsOnlyOnce("UPDATE \"public\".\"chunk\"")
                .contains("SET \"id\" = m.new, \"doc\" = m.parent\n  FROM m1 AS m")
                .contains("SET \"chunk\" = m.new\n  FROM m1 AS m");
        assertThat(sql.readDerived(1, true))
                .contains("m.new AS \"doc\"")
                .contains("t.\"n\" AS \"n\"")
                .contains("FOR UPDATE OF t");
    }

    @Test
    void shouldRankByTheSurvivorsExpressionAndThenByKey() {
        table("public", "doc", "id", "id uuid", "at timestamptz");

        RekeySql newest = compile(
                "{migration: m, rekey: {table: doc, key: id, to: id, on-duplicate: merge, merge: {keep: newest(at)}}}");
        RekeySql oldest = compile(
                "{migration: m, rekey: {table: doc, key: id, to: id, on-duplicate: merge, merge: {keep: oldest(at)}}}");

        assertThat(newest.rankMembers()).contains("ORDER BY (at) DESC NULLS LAST, \"doc\".\"id\"::text");
        assertThat(oldest.rankMembers()).contains("ORDER BY (at) ASC NULLS LAST, \"doc\".\"id\"::text");
    }

    private RekeySql compile(String yaml) {
        tables.replaceAll((name, table) -> withKeys(table, keysTo.getOrDefault(name, List.of())));
        RekeyDefinition definition = (RekeyDefinition) TestDefinitions.of(yaml).operation();
        return new RekeySql(RekeyCompiler.compile(definition, tables));
    }

    private void table(String schema, String name, String key, String... columns) {
        List<Column> list = new ArrayList<>();
        for (String column : columns) {
            int space = column.indexOf(' ');
            String type = column.substring(space + 1);
            list.add(new Column(
                    list.size() + 1,
                    column.substring(0, space),
                    type,
                    0,
                    type,
                    'U',
                    false,
                    false,
                    false,
                    Optional.empty(),
                    ' '));
        }
        Index primary = index(name + "_pkey", true, "btree", key.split(" "));
        long own = oid++;
        tables.put(
                new TableName(schema, name),
                new Table(
                        own,
                        new TableName(schema, name),
                        'r',
                        false,
                        Optional.empty(),
                        List.of(own),
                        list,
                        Optional.of(primary),
                        List.of(primary),
                        List.of(),
                        List.of(),
                        false,
                        false,
                        false,
                        'd',
                        1,
                        0,
                        0,
                        false,
                        true,
                        'p',
                        List.of(),
                        List.of()));
    }

    private Index index(String name, boolean primary, String method, String... columns) {
        List<String> classes = Arrays.stream(columns).map(c -> "array_ops").toList();
        return new Index(
                oid++,
                name,
                primary,
                primary,
                true,
                false,
                Arrays.asList(columns),
                method,
                classes,
                List.of(columns),
                Optional.empty(),
                false);
    }

    private void indexUsing(String method, String schema, String name, String... columns) {
        Table table = tables.get(new TableName(schema, name));
        List<Index> indexes = new ArrayList<>(table.indexes());
        indexes.add(index("i", false, method, columns));
        tables.put(table.name(), with(table, indexes, table.foreignKeysTo()));
    }

    private void foreignKey(
            String schema, String child, List<String> columns, String parentSchema, String parent, List<String> keys) {
        TableName name = new TableName(parentSchema, parent);
        keysTo.computeIfAbsent(name, n -> new ArrayList<>())
                .add(new ForeignKey(
                        oid++,
                        "fk",
                        new TableName(schema, child),
                        0,
                        columns,
                        name,
                        0,
                        keys,
                        'a',
                        'a',
                        false,
                        true,
                        true,
                        's'));
    }

    private static Table withKeys(Table table, List<ForeignKey> keys) {
        return with(table, table.indexes(), keys);
    }

    private static Table with(Table t, List<Index> indexes, List<ForeignKey> keys) {
        return new Table(
                t.oid(),
                t.name(),
                t.kind(),
                t.partition(),
                t.parentPartition(),
                t.leaves(),
                t.columns(),
                t.primaryKey(),
                indexes,
                keys,
                t.userTriggers(),
                t.rowSecurity(),
                t.rowSecurityForced(),
                t.rowSecurityApplies(),
                t.replicaIdentity(),
                t.relfilenode(),
                t.estimatedRows(),
                t.pages(),
                t.hasRules(),
                t.ownedByMe(),
                t.persistence(),
                t.checks(),
                t.inheritanceChildren());
    }
}
