package dev.godwit.cli.graph;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Migrations and what comes before what. Nodes are numbered from 0 in the order in which they were given; of nodes with the same id the last one counts, as for
 * Alembic. Edges to ids that do not exist, and from a node to itself, are left out. Immutable.
 */
public final class Graph {
    private final List<Node> nodes;
    private final Map<String, Integer> indexes;
    private final Map<String, Integer> labels;
    private final int[][] parents;
    private final int[][] before;
    private final int[][] children;
    private final int[][] after;

    private Graph(List<Node> nodes) {
        this.nodes = nodes;
        this.indexes = new HashMap<>();
        this.labels = new HashMap<>();
        for (int i = 0; i < nodes.size(); i++) {
            indexes.put(nodes.get(i).id(), i);
            for (String label : nodes.get(i).labels()) {
                labels.putIfAbsent(label, i);
            }
        }
        parents = new int[nodes.size()][];
        before = new int[nodes.size()][];
        for (int i = 0; i < nodes.size(); i++) {
            int self = i;
            Node node = nodes.get(i);
            parents[i] = distinct(node.parents().stream().mapToInt(id -> indexes.getOrDefault(id, -1)), self);
            before[i] = distinct(
                    IntStream.concat(
                            Arrays.stream(parents[i]),
                            node.dependencies().stream()
                                    .mapToInt(name -> resolve(name).orElse(-1))),
                    self);
        }
        children = reversed(parents);
        after = reversed(before);
    }

    public static Graph of(List<Node> nodes) {
        Map<String, Node> unique = new LinkedHashMap<>();
        nodes.forEach(node -> unique.put(node.id(), node));
        return new Graph(List.copyOf(unique.values()));
    }

    public int size() {
        return nodes.size();
    }

    public List<Node> nodes() {
        return nodes;
    }

    public Node node(int index) {
        return nodes.get(index);
    }

    /** The node with this id. */
    public Optional<Integer> find(String id) {
        return Optional.ofNullable(indexes.get(id));
    }

    /** The node with this id or, where there is none, where the branch of this label begins. */
    public Optional<Integer> resolve(String idOrLabel) {
        return Optional.ofNullable(indexes.getOrDefault(idOrLabel, labels.get(idOrLabel)));
    }

    /** Parents and dependencies, ascending. The array is not a copy. */
    public int[] before(int index) {
        return before[index];
    }

    /** All that name it as parent or dependency, ascending. The array is not a copy. */
    public int[] after(int index) {
        return after[index];
    }

    /** True when {@code parent} is more than a dependency of {@code index}. */
    public boolean isParent(int parent, int index) {
        return Arrays.binarySearch(parents[index], parent) >= 0;
    }

    /** Nothing succeeds it; it may still be a dependency of something. */
    public boolean isHead(int index) {
        return children[index].length == 0;
    }

    /** Several succeed it. */
    public boolean isBranchPoint(int index) {
        return children[index].length > 1;
    }

    /** It succeeds several. */
    public boolean isMergePoint(int index) {
        return nodes.get(index).parents().stream().distinct().count() > 1;
    }

    public List<Integer> roots() {
        return where(index -> nodes.get(index).isRoot());
    }

    public List<Integer> heads() {
        return where(this::isHead);
    }

    public List<Integer> where(IntPredicate condition) {
        return IntStream.range(0, nodes.size()).filter(condition).boxed().toList();
    }

    /** These nodes and everything that comes before them. */
    public BitSet withAncestors(Iterable<Integer> starts) {
        BitSet seen = new BitSet(nodes.size());
        Deque<Integer> open = new ArrayDeque<>();
        starts.forEach(open::push);
        while (!open.isEmpty()) {
            int index = open.pop();
            if (!seen.get(index)) {
                seen.set(index);
                for (int earlier : before[index]) {
                    open.push(earlier);
                }
            }
        }
        return seen;
    }

    /** The same graph with each node's state told anew. */
    public Graph withStates(ToStates states) {
        List<Node> known = new ArrayList<>();
        for (int i = 0; i < nodes.size(); i++) {
            known.add(nodes.get(i).in(states.stateOf(i)));
        }
        return new Graph(known);
    }

    /** Tells the state of a node by its number. */
    public interface ToStates {
        String stateOf(int index);
    }

    private static int[] distinct(IntStream indexes, int self) {
        return indexes.filter(index -> index >= 0 && index != self)
                .sorted()
                .distinct()
                .toArray();
    }

    private static int[][] reversed(int[][] edges) {
        int[] counts = new int[edges.length];
        for (int[] targets : edges) {
            for (int target : targets) {
                counts[target]++;
            }
        }
        int[][] reversed = new int[edges.length][];
        for (int i = 0; i < edges.length; i++) {
            reversed[i] = new int[counts[i]];
        }
        for (int source = edges.length - 1; source >= 0; source--) {
            for (int target : edges[source]) {
                reversed[target][--counts[target]] = source;
            }
        }
        return reversed;
    }
}
