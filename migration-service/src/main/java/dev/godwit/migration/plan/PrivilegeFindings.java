package dev.godwit.migration.plan;

import dev.godwit.migration.catalog.Table;
import dev.godwit.migration.definition.Identifier;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.definition.Triggers;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the current role may not do with the tables of a run, each with the line that grants it. */
final class PrivilegeFindings {

    /** One row for the table and each of its partitions. */
    private static final String PRIVILEGES = """
            SELECT n.nspname::text AS schema,
                   c.relname::text AS name,
                   pg_catalog.pg_get_userbyid(c.relowner)::text AS owner,
                   pg_catalog.pg_has_role(c.relowner, 'USAGE') AS owned,
                   pg_catalog.has_schema_privilege(n.oid, 'USAGE') AS usage,
                   pg_catalog.row_security_active(c.oid) AS row_security_applies,
                   COALESCE((SELECT pg_catalog.array_agg(p)
                               FROM pg_catalog.unnest($2::text[]) p
                              WHERE NOT pg_catalog.has_table_privilege(c.oid, p)), '{}') AS missing
              FROM pg_catalog.pg_class c
              JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
             WHERE c.oid = $1::bigint::oid
                OR c.oid IN (SELECT relid FROM pg_catalog.pg_partition_tree($1::bigint::oid))
             ORDER BY c.oid <> $1::bigint::oid, n.nspname, c.relname
            """;

    /** Rules would rewrite a batch's statements, or make PostgreSQL refuse them. Types: 2 update, 3 insert, 4 delete. */
    private static final String RULES = """
            SELECT r.rulename::text AS name
              FROM pg_catalog.pg_rewrite r
             WHERE r.ev_class = $1::bigint::oid
               AND r.ev_type::text = ANY ($2::text[])
               AND r.ev_enabled <> 'D'
             ORDER BY r.rulename
            """;

    private static final String MAY_SILENCE_TRIGGERS =
            "SELECT pg_catalog.has_parameter_privilege('session_replication_role', 'SET') AS may";

    private static final String TRIGGERS_THAT_FIRE_ANYWAY = """
            SELECT t.tgname::text AS name
              FROM pg_catalog.pg_trigger t
             WHERE t.tgrelid = $1::bigint::oid
               AND NOT t.tgisinternal
               AND t.tgenabled IN ('A', 'R')
             ORDER BY t.tgname
            """;

    private record Rights(
            TableName name,
            String owner,
            boolean owned,
            boolean usage,
            boolean rowSecurityApplies,
            List<String> missing) {
        static Rights fromRow(Row row) {
            return new Rights(
                    new TableName(row.getString("schema"), row.getString("name")),
                    row.getString("owner"),
                    row.getBoolean("owned"),
                    row.getBoolean("usage"),
                    row.getBoolean("row_security_applies"),
                    Arrays.asList(row.getArrayOfStrings("missing")));
        }
    }

    private final ReadOnly database;
    private final Scope scope;
    private final String role;

    PrivilegeFindings(ReadOnly database, Scope scope, String role) {
        this.database = database;
        this.scope = scope;
        this.role = role;
    }

    Uni<List<Finding>> find() {
        return Multi.createFrom()
                .iterable(scope.tables().values())
                .onItem()
                .transformToUniAndConcatenate(this::ofTable)
                .onItem()
                .<Finding>transformToIterable(found -> found)
                .collect()
                .asList()
                .chain(found -> replicationRole().map(more -> join(found, more)));
    }

    private Uni<List<Finding>> ofTable(Table table) {
        String[] privileges = privileges(table).toArray(String[]::new);
        String[] events = scope.merges() ? new String[] {"2", "3", "4"} : new String[] {"2"};
        return database.query(PRIVILEGES, Tuple.of(table.oid(), privileges), Rights::fromRow)
                .map(rights -> judge(table, rights))
                .chain(found -> database.query(RULES, Tuple.of(table.oid(), events), row -> row.getString("name"))
                        .map(rules -> join(found, rules(table, rules))))
                .chain(found -> alwaysTriggers(table).map(more -> join(found, more)));
    }

    /** Merging deletes and its rollback inserts; that concerns the root and its children only. */
    private List<String> privileges(Table table) {
        boolean merged = scope.merges()
                && (table.name().equals(scope.rekey().table())
                        || scope.foreignKeys().stream()
                                .anyMatch(key -> key.child().equals(table.name())));
        return merged ? List.of("SELECT", "UPDATE", "INSERT", "DELETE") : List.of("SELECT", "UPDATE");
    }

    private List<Finding> judge(Table table, List<Rights> all) {
        List<Finding> findings = new ArrayList<>();
        for (Rights rights : all) {
            boolean itself = rights.name().equals(table.name());
            if (!rights.usage()) {
                findings.add(missing(
                        "USAGE on schema " + rights.name().schema(),
                        "GRANT USAGE ON SCHEMA "
                                + Identifier.quote(rights.name().schema()) + " TO " + Identifier.quote(role)));
            }
            if (!rights.missing().isEmpty()) {
                String privileges = String.join(", ", rights.missing());
                findings.add(missing(
                        privileges + " on " + rights.name(),
                        "GRANT " + privileges + " ON " + rights.name().quoted() + " TO " + Identifier.quote(role)));
            }
            if (itself && !rights.owned() && scope.isPublished(table.name())) {
                findings.add(Finding.refuse(
                        "missing_privilege",
                        "role " + role + " does not own " + table.name()
                                + ", and only an owner can publish it for the tail",
                        "GRANT " + Identifier.quote(rights.owner()) + " TO " + Identifier.quote(role)));
            }
            if (!itself && rights.rowSecurityApplies()) {
                findings.add(Finding.refuse(
                        "policy_denied",
                        "row-level security of the partition " + rights.name() + " would hide rows from role " + role,
                        "ALTER ROLE " + Identifier.quote(role)
                                + " BYPASSRLS, or let Godwit connect as the table's owner"));
            }
        }
        return findings;
    }

    private Finding missing(String what, String grant) {
        return Finding.refuse("missing_privilege", "role " + role + " lacks " + what, grant);
    }

    private static List<Finding> rules(Table table, List<String> rules) {
        return rules.isEmpty()
                ? List.of()
                : List.of(Finding.refuse(
                        "rules",
                        table.name() + " has rules that rewrite what is written to it: " + String.join(", ", rules),
                        "drop the rules or disable them while the run lasts: ALTER TABLE "
                                + table.name().quoted() + " DISABLE RULE …"));
    }

    private Uni<List<Finding>> alwaysTriggers(Table table) {
        if (scope.rekey().triggers() == Triggers.FIRE) {
            return Uni.createFrom().item(List.of());
        }
        return database.query(TRIGGERS_THAT_FIRE_ANYWAY, Tuple.of(table.oid()), row -> row.getString("name"))
                .map(names -> names.isEmpty()
                        ? List.of()
                        : List.of(Finding.warn(
                                "always_triggers",
                                "triggers of " + table.name() + " fire in spite of triggers: off: "
                                        + String.join(", ", names),
                                "ALTER TABLE " + table.name().quoted() + " ENABLE TRIGGER …")));
    }

    private Uni<List<Finding>> replicationRole() {
        if (scope.rekey().triggers() == Triggers.FIRE) {
            return Uni.createFrom().item(List.of());
        }
        return database.query(MAY_SILENCE_TRIGGERS, Tuple.tuple(), row -> row.getBoolean("may"))
                .map(answers -> answers.get(0)
                        ? List.of()
                        : List.of(missing(
                                "SET on parameter session_replication_role, which triggers: off needs",
                                "GRANT SET ON PARAMETER session_replication_role TO " + Identifier.quote(role))));
    }

    private static List<Finding> join(List<Finding> first, List<Finding> second) {
        return Stream.concat(first.stream(), second.stream()).collect(Collectors.toList());
    }
}
