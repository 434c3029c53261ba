package dev.godwit.migration.plan;

import dev.godwit.migration.catalog.Table;
import dev.godwit.migration.definition.Identifier;
import dev.godwit.migration.definition.TableName;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What the current role may do with a table, and what stands between it and what is written there. */
final class TableRights {

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
    private final String role;

    TableRights(ReadOnly database, String role) {
        this.database = database;
        this.role = role;
    }

    /**
     * What is missing of these privileges, each with the line that grants it; joins the caller's transaction.
     *
     * @param published whether the table is published while a run lasts, which takes ownership
     */
    Uni<List<Finding>> missing(Table table, List<String> privileges, boolean published) {
        return missing(table, privileges, published ? Optional.of("publish it for the tail") : Optional.empty());
    }

    /** The same, with what only an owner of the table can do. */
    Uni<List<Finding>> missing(Table table, List<String> privileges, Optional<String> asOwner) {
        return database.query(PRIVILEGES, Tuple.of(table.oid(), privileges.toArray(String[]::new)), Rights::fromRow)
                .map(rights -> judge(table, rights, asOwner));
    }

    /** Rules that rewrite what a run writes: {@code events} as the catalog numbers them. Joins the caller's transaction. */
    Uni<List<Finding>> rules(Table table, String... events) {
        return database.query(RULES, Tuple.of(table.oid(), events), row -> row.getString("name"))
                .map(rules -> rules(table, rules));
    }

    private List<Finding> judge(Table table, List<Rights> all, Optional<String> asOwner) {
        List<Finding> findings = new ArrayList<>();
        for (Rights rights : all) {
            boolean itself = rights.name().in(table.name().source()).equals(table.name());
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
            if (itself && !rights.owned() && asOwner.isPresent()) {
                findings.add(Finding.refuse(
                        "missing_privilege",
                        "role " + role + " does not own " + table.name() + ", and only an owner can " + asOwner.get(),
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

    Finding missing(String what, String grant) {
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
}
