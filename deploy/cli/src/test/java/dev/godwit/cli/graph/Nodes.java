package dev.godwit.cli.graph;

import java.util.List;
import java.util.Optional;

/** Nodes for tests. */
public final class Nodes {
    private Nodes() {}

    public static Node node(String id, List<String> parents, List<String> dependencies) {
        Place place = new Place(id + ".py", 1);
        return new Node(id, "", parents, dependencies, List.of(), Optional.empty(), place, place);
    }
}
