package dev.godwit.cli.alembic;

import dev.godwit.cli.alembic.TableOperation.Kind;
import dev.godwit.cli.graph.Finding;
import dev.godwit.cli.graph.Graph;
import dev.godwit.cli.graph.LinearOrder;
import dev.godwit.cli.graph.Place;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Compares what Alembic recorded with what is there. A revision is applied when its id, or that of anything that needs it, is recorded. Tables are expected as
 * the applied revisions leave them, taken in the linear order: created, renamed, dropped.
 */
final class DatabaseComparison {
    /** A table that should be there, the revision that made it, and where. */
    private record Expected(int index, Place place) {}

    private final Graph graph;
    private final List<List<TableOperation>> operations;
    private final DatabaseCatalog catalog;
    private final BitSet applied;
    private final List<Finding> findings = new ArrayList<>();

    /** @param operations by the node's number */
    DatabaseComparison(Graph graph, List<List<TableOperation>> operations, DatabaseCatalog catalog) {
        this.graph = graph;
        this.operations = operations;
        this.catalog = catalog;
        this.applied = graph.withAncestors(catalog.versions().stream()
                .flatMap(version -> graph.find(version).stream())
                .toList());
    }

    /** By the node's number: recorded itself, implied by one that is, or neither. */
    String stateOf(int index) {
        if (catalog.versions().contains(graph.node(index).id())) {
            return "current";
        }
        return applied.get(index) ? "applied" : "unapplied";
    }

    List<Finding> check() {
        checkVersions();
        Map<TableName, Expected> expected = expected();
        expected.forEach(this::checkPresent);
        checkUnrecorded(expected.keySet());
        return findings;
    }

    private void checkVersions() {
        if (catalog.versionTable().isEmpty()) {
            findings.add(Finding.note(
                    "no_version_table",
                    DatabaseCatalog.VERSION_TABLE,
                    new Place("database", 0),
                    "has no version table, so nothing is recorded as applied",
                    "if env.py sets version_table: --version-table SCHEMA.NAME"));
        }
        String table = catalog.versionTable().orElse("");
        for (String version : catalog.versions()) {
            if (graph.find(version).isEmpty()) {
                findings.add(
                        Finding.problem(
                                "unknown_version",
                                version,
                                new Place(table, 0),
                                "the database is at revision " + version + ", which no file has",
                                "bring the file back (another branch of the repository may have it); what it did is unknown here"));
            }
        }
    }

    private Map<TableName, Expected> expected() {
        Map<TableName, Expected> expected = new TreeMap<>();
        for (int index : LinearOrder.of(graph).indexes()) {
            if (applied.get(index)) {
                operations.get(index).forEach(operation -> apply(operation, index, expected));
            }
        }
        return expected;
    }

    private static void apply(TableOperation operation, int index, Map<TableName, Expected> expected) {
        switch (operation.kind()) {
            case CREATE -> expected.put(operation.table(), new Expected(index, operation.place()));
            case DROP -> expected.remove(operation.table());
            case RENAME -> {
                // One that was made elsewhere is nothing that is known here.
                if (expected.remove(operation.table()) != null) {
                    expected.put(operation.renamedTo(), new Expected(index, operation.place()));
                }
            }
            case USE -> {
                // Changes neither.
            }
        }
    }

    private void checkPresent(TableName table, Expected expected) {
        if (catalog.has(table)) {
            return;
        }
        String id = graph.node(expected.index()).id();
        List<String> elsewhere = catalog.schemasWith(table.name());
        findings.add(Finding.problem(
                "missing_table",
                id,
                expected.place(),
                "revision " + id + " is recorded as applied, but its table " + table + " is missing"
                        + (elsewhere.isEmpty()
                                ? ""
                                : " (schema " + String.join(", ", elsewhere) + " has one of that name)"),
                "it was stamped and never ran, or the table was dropped by hand: restore the table, or stamp the version before "
                        + id + " and upgrade again"));
    }

    private void checkUnrecorded(Set<TableName> expected) {
        for (int index = 0; index < graph.size(); index++) {
            if (applied.get(index)) {
                continue;
            }
            String id = graph.node(index).id();
            for (TableOperation operation : operations.get(index)) {
                TableName table = operation.table();
                if (operation.kind() == Kind.CREATE && !expected.contains(table) && catalog.has(table)) {
                    findings.add(Finding.problem(
                            "unrecorded_table",
                            id,
                            operation.place(),
                            "table " + table + " is there, but revision " + id + ", which creates it, is not recorded",
                            "an upgrade will stop at it: if the table is what the revision makes, alembic stamp " + id
                                    + "; else rename or drop it"));
                }
            }
        }
    }
}
