package dev.godwit.cli.graph;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One migration of a graph, as its definition or file says it; its parents need not exist.
 *
 * @param title what it does, for people; may be empty
 * @param parents ids in whose succession it stands (Alembic's {@code down_revision}, Godwit's {@code depends-on})
 * @param dependencies ids or branch labels that must come before it without being its parents (Alembic's {@code depends_on})
 * @param labels names of the branch that begins here
 * @param state what the database knows of it, in lower case; empty when no database was asked
 * @param place where its id is written
 * @param parentsPlace where its parents are written
 */
public record Node(
        String id,
        String title,
        List<String> parents,
        List<String> dependencies,
        List<String> labels,
        Optional<String> state,
        Place place,
        Place parentsPlace) {

    public Node {
        parents = List.copyOf(parents);
        dependencies = List.copyOf(dependencies);
        labels = List.copyOf(labels);
    }

    /** What migration-service knows, with the states of its migrations. */
    public static List<Node> ofMigrations(JsonNode migrations) {
        List<Node> nodes = new ArrayList<>();
        for (JsonNode migration : migrations) {
            List<String> parents = new ArrayList<>();
            migration.path("dependsOn").forEach(name -> parents.add(name.asText()));
            Place place = new Place(migration.path("file").asText(""), 0);
            nodes.add(new Node(
                    migration.path("name").asText(),
                    migration.path("description").asText(""),
                    parents,
                    List.of(),
                    List.of(),
                    Optional.of(migration.path("state").asText()),
                    place,
                    place));
        }
        return nodes;
    }

    /** The same node as the database knows it. */
    public Node in(String newState) {
        return new Node(id, title, parents, dependencies, labels, Optional.of(newState), place, parentsPlace);
    }

    /** A root, in Alembic's words a base: it succeeds nothing. */
    public boolean isRoot() {
        return parents.isEmpty();
    }
}
