package dev.godwit.cli.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Random graphs, judged by definitions that are too slow to be used and too simple to be wrong. */
class GraphTest {
    static IntStream seeds() {
        return IntStream.range(0, 200);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void shouldAgreeWithTheDefinitions(int seed) {
        Random random = new Random(seed);
        List<Node> nodes = randomNodes(random, 1 + random.nextInt(14), random.nextInt(3) == 0);
        Graph graph = Graph.of(nodes);
        boolean[][] reaches = reachability(graph);

        for (int i = 0; i < graph.size(); i++) {
            String id = graph.node(i).id();
            Set<String> children = new TreeSet<>();
            nodes.stream()
                    .filter(node -> node.parents().contains(id) && !node.id().equals(id))
                    .forEach(node -> children.add(node.id()));
            assertThat(graph.isHead(i)).isEqualTo(children.isEmpty());
            assertThat(graph.isBranchPoint(i)).isEqualTo(children.size() > 1);
            assertThat(graph.isMergePoint(i))
                    .isEqualTo(new HashSet<>(graph.node(i).parents()).size() > 1);
            int self = i;
            assertThat(graph.withAncestors(List.of(i)).stream().boxed())
                    .containsExactlyInAnyOrderElementsOf(graph.where(other -> other == self || reaches[other][self]));
        }
        shouldFindExactlyTheKnots(graph, reaches);
        shouldOrder(graph, reaches);
    }

    private static void shouldFindExactlyTheKnots(Graph graph, boolean[][] reaches) {
        Set<Set<Integer>> expected = new HashSet<>();
        for (int i = 0; i < graph.size(); i++) {
            int self = i;
            if (reaches[i][i]) {
                expected.add(new TreeSet<>(graph.where(other -> reaches[self][other] && reaches[other][self])));
            }
        }
        List<Cycles.Knot> knots = Cycles.of(graph);
        assertThat(knots.stream().<Set<Integer>>map(knot -> new TreeSet<>(knot.members())))
                .containsExactlyInAnyOrderElementsOf(expected);
        for (Cycles.Knot knot : knots) {
            for (int i = 0; i < knot.way().size(); i++) {
                int next = knot.way().get((i + 1) % knot.way().size());
                assertThat(graph.after(knot.way().get(i))).contains(next);
            }
            assertThat(knot.way()).doesNotHaveDuplicates();
        }
    }

    /** The first one that is ready by id, again and again. */
    private static void shouldOrder(Graph graph, boolean[][] reaches) {
        List<Integer> expected = new ArrayList<>();
        while (true) {
            var next = IntStream.range(0, graph.size())
                    .filter(i -> !expected.contains(i))
                    .filter(i -> IntStream.of(graph.before(i)).allMatch(expected::contains))
                    .boxed()
                    .min((a, b) -> graph.node(a).id().compareTo(graph.node(b).id()));
            if (next.isEmpty()) {
                break;
            }
            expected.add(next.get());
        }
        LinearOrder order = LinearOrder.of(graph);
        boolean hasCycle = IntStream.range(0, graph.size()).anyMatch(i -> reaches[i][i]);
        assertThat(order.isComplete()).isEqualTo(!hasCycle);
        assertThat(order.indexes().subList(0, expected.size())).isEqualTo(expected);
        assertThat(order.indexes()).hasSize(graph.size()).doesNotHaveDuplicates();
    }

    private static boolean[][] reachability(Graph graph) {
        int size = graph.size();
        boolean[][] reaches = new boolean[size][size];
        for (int i = 0; i < size; i++) {
            for (int later : graph.after(i)) {
                reaches[i][later] = true;
            }
        }
        for (int via = 0; via < size; via++) {
            for (int from = 0; from < size; from++) {
                for (int to = 0; to < size; to++) {
                    reaches[from][to] |= reaches[from][via] && reaches[via][to];
                }
            }
        }
        return reaches;
    }

    private static List<Node> randomNodes(Random random, int size, boolean mayCycle) {
        List<Node> nodes = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            List<String> parents = new ArrayList<>();
            List<String> dependencies = new ArrayList<>();
            int edges = random.nextInt(4);
            for (int edge = 0; edge < edges; edge++) {
                int other = mayCycle ? random.nextInt(size) : i == 0 ? -1 : random.nextInt(i);
                if (other >= 0) {
                    (random.nextInt(4) == 0 ? dependencies : parents).add(name(other));
                }
            }
            nodes.add(Nodes.node(name(i), parents, dependencies));
        }
        java.util.Collections.shuffle(nodes, random);
        return nodes;
    }

    /** Neither ascending nor descending, so that an order by number would not pass for one by name. */
    private static String name(int number) {
        return "r" + (number * 7919 % 1000);
    }

    @Test
    @Timeout(30)
    void shouldManageAHundredThousandInARowAndInARing() {
        List<Node> row = new ArrayList<>();
        for (int i = 0; i < 100_000; i++) {
            row.add(Nodes.node("r" + i, i == 0 ? List.of() : List.of("r" + (i - 1)), List.of()));
        }
        Graph graph = Graph.of(row);
        assertThat(LinearOrder.of(graph).isComplete()).isTrue();
        assertThat(Cycles.of(graph)).isEmpty();
        assertThat(graph.withAncestors(graph.heads()).cardinality()).isEqualTo(100_000);

        row.set(0, Nodes.node("r0", List.of("r99999"), List.of()));
        List<Finding> findings = Soundness.check(row, Graph.of(row), "revision");
        assertThat(findings).singleElement().satisfies(finding -> assertThat(finding.message())
                .startsWith("a cycle of 100000: r0 → r1 → ")
                .endsWith(" → r99999 → r0"));
    }
}
