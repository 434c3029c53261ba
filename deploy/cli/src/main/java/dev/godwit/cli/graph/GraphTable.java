package dev.godwit.cli.graph;

import java.util.ArrayList;
import java.util.List;

/** The graph in words: a row per node, in the linear order, and a line that sums it up. */
public final class GraphTable {
    private GraphTable() {}

    /** Root, head, branch point and merge point, as far as the node is one. */
    public static String marks(Graph graph, int index) {
        List<String> marks = new ArrayList<>();
        if (graph.node(index).isRoot()) {
            marks.add("root");
        }
        if (graph.isBranchPoint(index)) {
            marks.add("branch point");
        }
        if (graph.isMergePoint(index)) {
            marks.add("merge point");
        }
        if (graph.isHead(index)) {
            // Alembic's words: a head that others depend on has no row of its own in the database.
            marks.add(graph.after(index).length == 0 ? "head" : "effective head");
        }
        return String.join(", ", marks);
    }

    /** "26 revisions: 7 roots, 5 branch points, 3 merge points, 1 head". */
    public static String summary(Graph graph, String noun) {
        return count(graph.size(), noun) + ": "
                + count(graph.roots().size(), "root") + ", "
                + count(graph.where(graph::isBranchPoint).size(), "branch point") + ", "
                + count(graph.where(graph::isMergePoint).size(), "merge point") + ", "
                + count(graph.heads().size(), "head");
    }

    private static String count(int number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }
}
