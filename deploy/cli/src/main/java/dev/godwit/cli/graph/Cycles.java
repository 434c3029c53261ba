package dev.godwit.cli.graph;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds what comes before itself: Tarjan's strongly connected components, without recursion, and one shortest way round in each. Loops of a node to itself are
 * no edges of a {@link Graph} and are not found here.
 */
public final class Cycles {
    private static final int UNSEEN = -1;

    private final Graph graph;
    private final int[] number;
    private final int[] low;
    private final int[] next;
    private final boolean[] isOpen;
    private final Deque<Integer> path = new ArrayDeque<>();
    private final Deque<Integer> open = new ArrayDeque<>();
    private final List<List<Integer>> knots = new ArrayList<>();
    private int count;

    private Cycles(Graph graph) {
        this.graph = graph;
        number = new int[graph.size()];
        low = new int[graph.size()];
        next = new int[graph.size()];
        isOpen = new boolean[graph.size()];
        Arrays.fill(number, UNSEEN);
    }

    /**
     * A set of nodes of which each comes before each other.
     *
     * @param members all of them, by id
     * @param way a shortest cycle through the first member; every node comes before the one after it, and the last before the first
     */
    public record Knot(List<Integer> members, List<Integer> way) {}

    /** All of them, by their first member's id; empty when the graph is sound. */
    public static List<Knot> of(Graph graph) {
        Cycles cycles = new Cycles(graph);
        for (int i = 0; i < graph.size(); i++) {
            if (cycles.number[i] == UNSEEN) {
                cycles.walk(i);
            }
        }
        Comparator<Integer> byId =
                Comparator.comparing(index -> graph.node(index).id());
        int[] knotOf = new int[graph.size()];
        for (int i = 0; i < cycles.knots.size(); i++) {
            cycles.knots.get(i).sort(byId);
            for (int member : cycles.knots.get(i)) {
                knotOf[member] = i + 1;
            }
        }
        return cycles.knots.stream()
                .map(members -> new Knot(List.copyOf(members), wayRound(graph, members.get(0), knotOf)))
                .sorted(Comparator.comparing(
                        knot -> graph.node(knot.members().get(0)).id()))
                .toList();
    }

    private void walk(int start) {
        enter(start);
        while (!path.isEmpty()) {
            int index = path.peek();
            int[] later = graph.after(index);
            if (next[index] < later.length) {
                step(index, later[next[index]++]);
            } else {
                path.pop();
                if (!path.isEmpty()) {
                    low[path.peek()] = Math.min(low[path.peek()], low[index]);
                }
                if (low[index] == number[index]) {
                    close(index);
                }
            }
        }
    }

    private void step(int index, int later) {
        if (number[later] == UNSEEN) {
            enter(later);
        } else if (isOpen[later]) {
            low[index] = Math.min(low[index], number[later]);
        }
    }

    private void enter(int index) {
        number[index] = count;
        low[index] = count++;
        isOpen[index] = true;
        open.push(index);
        path.push(index);
    }

    private void close(int first) {
        List<Integer> members = new ArrayList<>();
        int member;
        do {
            member = open.pop();
            isOpen[member] = false;
            members.add(member);
        } while (member != first);
        if (members.size() > 1) {
            knots.add(members);
        }
    }

    /** Breadth first from the start along the knot's edges, back to the start. */
    private static List<Integer> wayRound(Graph graph, int start, int[] knotOf) {
        // A map, since many small knots in a large graph must not cost an array each.
        Map<Integer, Integer> from = new HashMap<>();
        Deque<Integer> queue = new ArrayDeque<>(List.of(start));
        while (true) {
            int index = queue.remove();
            for (int later : graph.after(index)) {
                if (later == start) {
                    return backwards(index, from);
                }
                if (knotOf[later] == knotOf[start] && !from.containsKey(later)) {
                    from.put(later, index);
                    queue.add(later);
                }
            }
        }
    }

    private static List<Integer> backwards(int last, Map<Integer, Integer> from) {
        List<Integer> way = new ArrayList<>();
        for (int index = last; index != UNSEEN; index = from.getOrDefault(index, UNSEEN)) {
            way.add(index);
        }
        Collections.reverse(way);
        return List.copyOf(way);
    }
}
