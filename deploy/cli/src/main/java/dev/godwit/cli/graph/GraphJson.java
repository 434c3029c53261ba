package dev.godwit.cli.graph;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** The graph and what was found in it as one JSON object; docs/reference/graph.md describes it. */
public final class GraphJson {
    private GraphJson() {}

    /** {@code order} is null when a cycle leaves none. */
    public static ObjectNode of(Graph graph, List<Finding> findings) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        ids(object.putArray("roots"), graph, graph.roots());
        ids(object.putArray("heads"), graph, graph.heads());
        ids(object.putArray("branchPoints"), graph, graph.where(graph::isBranchPoint));
        ids(object.putArray("mergePoints"), graph, graph.where(graph::isMergePoint));
        LinearOrder order = LinearOrder.of(graph);
        if (order.isComplete()) {
            ids(object.putArray("order"), graph, order.indexes());
        } else {
            object.putNull("order");
        }
        ArrayNode nodes = object.putArray("nodes");
        order.indexes().forEach(index -> node(nodes.addObject(), graph.node(index)));
        ArrayNode list = object.putArray("findings");
        findings.forEach(finding -> finding(list.addObject(), finding));
        return object;
    }

    private static void ids(ArrayNode array, Graph graph, List<Integer> indexes) {
        indexes.forEach(index -> array.add(graph.node(index).id()));
    }

    private static void node(ObjectNode object, Node node) {
        object.put("id", node.id()).put("title", node.title());
        node.parents().forEach(object.putArray("parents")::add);
        node.dependencies().forEach(object.putArray("dependsOn")::add);
        node.labels().forEach(object.putArray("labels")::add);
        object.put("state", node.state().orElse(null));
        place(object, node.place());
    }

    private static void finding(ObjectNode object, Finding finding) {
        object.put("problem", finding.isProblem())
                .put("code", finding.code())
                .put("subject", finding.subject())
                .put("message", finding.message())
                .put("remedy", finding.remedy());
        place(object, finding.place());
    }

    private static void place(ObjectNode object, Place place) {
        if (place.file().isEmpty()) {
            object.putNull("file").putNull("line");
        } else {
            object.put("file", place.file()).put("line", place.line());
        }
    }
}
