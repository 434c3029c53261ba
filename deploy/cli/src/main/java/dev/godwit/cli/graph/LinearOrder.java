package dev.godwit.cli.graph;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * One order in which all migrations can run: everything after what it needs and, where that leaves a choice, by id. The same graph always gives the same order.
 *
 * @param indexes every node once; those that are on a cycle or behind one stand at the end, by id
 * @param isComplete false when there is a cycle, so that the end of the list is no order at all
 */
public record LinearOrder(List<Integer> indexes, boolean isComplete) {

    public static LinearOrder of(Graph graph) {
        int[] waits = new int[graph.size()];
        Comparator<Integer> byId =
                Comparator.comparing(index -> graph.node(index).id());
        PriorityQueue<Integer> ready = new PriorityQueue<>(byId);
        for (int i = 0; i < graph.size(); i++) {
            waits[i] = graph.before(i).length;
            if (waits[i] == 0) {
                ready.add(i);
            }
        }
        List<Integer> order = new ArrayList<>();
        while (!ready.isEmpty()) {
            int next = ready.poll();
            order.add(next);
            for (int later : graph.after(next)) {
                if (--waits[later] == 0) {
                    ready.add(later);
                }
            }
        }
        boolean isComplete = order.size() == graph.size();
        graph.where(index -> waits[index] > 0).stream().sorted(byId).forEach(order::add);
        return new LinearOrder(List.copyOf(order), isComplete);
    }

    /** Position of each node in the order, by its number. */
    public int[] positions() {
        int[] positions = new int[indexes.size()];
        for (int i = 0; i < positions.length; i++) {
            positions[indexes.get(i)] = i;
        }
        return positions;
    }
}
