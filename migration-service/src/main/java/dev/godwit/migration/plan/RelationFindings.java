package dev.godwit.migration.plan;

import dev.godwit.migration.catalog.Table;
import dev.godwit.migration.definition.Identifier;
import dev.godwit.migration.definition.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What the catalog says against a table, whatever is to be done with it: its kind, inheritance, policies, and whether it can be published by its key. */
final class RelationFindings {

    private final Table table;
    private final String role;
    private final List<Finding> findings = new ArrayList<>();

    RelationFindings(Table table, String role) {
        this.table = table;
        this.role = role;
    }

    /**
     * All findings.
     *
     * @param place where the definition names the table as its root; empty for other tables
     * @param published whether the tail listens to it
     */
    List<Finding> find(String place, boolean published) {
        kind(place);
        policies();
        if (published) {
            publication();
        }
        return findings;
    }

    private void kind(String place) {
        TableName name = table.name();
        if (table.kind() != 'r' && table.kind() != 'p') {
            findings.add(Finding.refuse(
                    "unsupported_table",
                    name + " is " + kindInWords(table.kind()) + ", not a table",
                    "name the table whose rows it shows"));
        } else if (table.persistence() != 'p') {
            findings.add(Finding.refuse(
                    "unsupported_table",
                    name + " is " + (table.persistence() == 'u' ? "unlogged" : "temporary")
                            + ": changes leave no trace in the WAL",
                    "ALTER TABLE " + name.quoted() + " SET LOGGED"));
        }
        if (!table.inheritanceChildren().isEmpty()) {
            findings.add(
                    Finding.refuse(
                            "inheritance",
                            name + " has tables that inherit from it: " + names(table.inheritanceChildren()),
                            "old-style inheritance shares neither keys nor foreign keys; detach them with ALTER TABLE … NO INHERIT"));
        }
        if (table.partition() && !place.isEmpty()) {
            findings.add(Finding.refuse(
                    "partition", name + " is a partition of another table", "name the partitioned table in " + place));
        }
    }

    private static String kindInWords(char kind) {
        return switch (kind) {
            case 'v' -> "a view";
            case 'm' -> "a materialized view";
            case 'f' -> "a foreign table";
            default -> "a relation of kind " + kind;
        };
    }

    private void policies() {
        if (table.rowSecurityApplies()) {
            findings.add(Finding.refuse(
                    "policy_denied",
                    "row-level security of " + table.name() + " would hide rows from role " + role,
                    "ALTER ROLE " + Identifier.quote(role) + " BYPASSRLS, or let Godwit connect as the table's owner"
                            + (table.rowSecurityForced()
                                    ? " and ALTER TABLE " + table.name().quoted() + " NO FORCE ROW LEVEL SECURITY"
                                    : "")));
        }
    }

    /** A column list must cover the replica identity, else the application's own updates would fail. */
    private void publication() {
        TableName name = table.name();
        if (table.primaryKey().isEmpty()) {
            findings.add(Finding.refuse(
                    "no_primary_key",
                    name + " has no primary key: published without one, the application's own updates of it would fail",
                    "ALTER TABLE " + name.quoted() + " ADD PRIMARY KEY (…)"));
        } else if (table.replicaIdentity() == 'n' || table.replicaIdentity() == 'f') {
            findings.add(Finding.refuse(
                    "replica_identity",
                    name + " has REPLICA IDENTITY " + (table.replicaIdentity() == 'n' ? "NOTHING" : "FULL")
                            + ": published with its primary key only, the application's own updates of it would fail",
                    "ALTER TABLE " + name.quoted() + " REPLICA IDENTITY DEFAULT"));
        }
    }

    private static String names(List<TableName> tables) {
        return tables.stream().map(TableName::toString).collect(Collectors.joining(", "));
    }
}
