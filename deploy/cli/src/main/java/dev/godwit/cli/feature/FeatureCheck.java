package dev.godwit.cli.feature;

import dev.godwit.cli.Failure;
import dev.godwit.cli.alembic.TableName;
import dev.godwit.cli.graph.Graph;
import dev.godwit.cli.graph.LinearOrder;
import dev.godwit.cli.yaml.YamlMapping.Entry;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** Tells which features are live in a graph whose nodes know their states. */
public final class FeatureCheck {
    private static final Set<String> APPLIED = Set.of("applied", "current");

    private final Graph graph;
    private final Map<TableName, List<Integer>> creators;
    private final Predicate<TableName> isThere;
    private final List<Integer> order;

    /**
     * @param creators of tables, by the numbers of nodes; empty where definitions do not tell
     * @param isThere whether a table exists
     */
    public FeatureCheck(Graph graph, Map<TableName, List<Integer>> creators, Predicate<TableName> isThere) {
        this.graph = graph;
        this.creators = creators;
        this.isThere = isThere;
        this.order = LinearOrder.of(graph).indexes();
    }

    /** @throws Failure (usage) when a feature names a migration that does not exist */
    public List<FeatureState> states(List<Feature> features) {
        return features.stream().map(this::state).toList();
    }

    private FeatureState state(Feature feature) {
        List<TableName> missing = feature.tables().stream()
                .map(entry -> TableName.parse(entry.text()))
                .filter(isThere.negate())
                .sorted()
                .toList();
        List<Integer> needed = new ArrayList<>();
        feature.migrations().forEach(entry -> needed.add(find(entry)));
        missing.forEach(table -> needed.addAll(creators.getOrDefault(table, List.of())));
        BitSet all = graph.withAncestors(needed);
        List<String> waiting = order.stream()
                .filter(index -> all.get(index) && !isApplied(index))
                .map(index -> graph.node(index).id())
                .toList();
        return new FeatureState(feature, missing, waiting);
    }

    private boolean isApplied(int index) {
        return graph.node(index).state().filter(APPLIED::contains).isPresent();
    }

    private int find(Entry migration) {
        return graph.find(migration.text())
                .orElseThrow(() -> Failure.usage(migration.place() + ": there is no migration '" + migration.text()
                        + "'; correct the name, or take it out"));
    }
}
