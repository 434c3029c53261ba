package dev.godwit.cli.alembic;

import dev.godwit.cli.alembic.TableOperation.Kind;
import dev.godwit.cli.graph.Finding;
import dev.godwit.cli.graph.Graph;
import dev.godwit.cli.graph.LinearOrder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Finds revisions that use a table which other revisions create, but none of those that come before them: a parent edge is missing, and whether an upgrade
 * works depends on the order that Alembic happens to choose. Tables are looked at 64 at a time, one bit each, so memory is one number per revision.
 */
final class TableOrder {
    private static final int AT_A_TIME = Long.SIZE;

    private final Graph graph;
    private final List<List<TableOperation>> operations;
    private final List<Integer> order;
    private final Map<TableName, Set<Integer>> creators = new TreeMap<>();
    private final Map<TableName, Map<Integer, TableOperation>> users = new TreeMap<>();
    private final List<Finding> findings = new ArrayList<>();

    private TableOrder(Graph graph, List<List<TableOperation>> operations) {
        this.graph = graph;
        this.operations = operations;
        this.order = LinearOrder.of(graph).indexes();
    }

    /** @param operations by the node's number */
    static List<Finding> check(Graph graph, List<List<TableOperation>> operations) {
        TableOrder tables = new TableOrder(graph, operations);
        tables.collect();
        List<TableName> both = tables.users.keySet().stream()
                .filter(tables.creators::containsKey)
                .toList();
        for (int start = 0; start < both.size(); start += AT_A_TIME) {
            tables.check(both.subList(start, Math.min(both.size(), start + AT_A_TIME)));
        }
        return tables.findings;
    }

    private void collect() {
        for (int i = 0; i < operations.size(); i++) {
            int index = i;
            Set<TableName> made = new HashSet<>();
            for (TableOperation operation : operations.get(i)) {
                operation.made().ifPresent(table -> {
                    made.add(table);
                    creators.computeIfAbsent(table, name -> new HashSet<>()).add(index);
                });
                if (operation.kind() == Kind.USE && !made.contains(operation.table())) {
                    users.computeIfAbsent(operation.table(), name -> new LinkedHashMap<>())
                            .putIfAbsent(index, operation);
                }
            }
        }
    }

    private void check(List<TableName> tables) {
        long[] there = new long[graph.size()];
        for (int i = 0; i < tables.size(); i++) {
            for (int creator : creators.get(tables.get(i))) {
                there[creator] |= 1L << i;
            }
        }
        long[] used = new long[graph.size()];
        for (int i = 0; i < tables.size(); i++) {
            for (int user : users.get(tables.get(i)).keySet()) {
                used[user] |= 1L << i;
            }
        }
        for (int index : order) {
            for (int earlier : graph.before(index)) {
                there[index] |= there[earlier];
            }
            for (long missing = used[index] & ~there[index]; missing != 0; missing &= missing - 1) {
                tell(index, tables.get(Long.numberOfTrailingZeros(missing)));
            }
            // Told once; what follows has the same reason.
            there[index] |= used[index];
        }
    }

    private void tell(int index, TableName table) {
        TableOperation use = users.get(table).get(index);
        String id = graph.node(index).id();
        List<String> ids = creators.get(table).stream()
                .sorted()
                .map(creator -> graph.node(creator).id())
                .toList();
        String places = creators.get(table).stream()
                .sorted()
                .map(creator -> graph.node(creator).place().toString())
                .collect(Collectors.joining(", "));
        findings.add(Finding.problem(
                "table_before_creation",
                id,
                use.place(),
                "revision " + id + " uses table " + table + ", which " + String.join(", ", ids) + " creates (" + places
                        + "), but that does not come before it",
                "a parent edge is missing: make " + ids.get(0) + ", or what follows it, a parent of " + id
                        + " or of what comes before it"));
    }
}
