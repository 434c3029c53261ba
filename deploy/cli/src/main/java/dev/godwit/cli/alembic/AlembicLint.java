package dev.godwit.cli.alembic;

import dev.godwit.cli.graph.Finding;
import dev.godwit.cli.graph.Graph;
import dev.godwit.cli.graph.Node;
import dev.godwit.cli.graph.Place;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is sound as a graph and still surprises people: roots and heads that nobody meant, labels used twice. Merge points are noted. */
final class AlembicLint {
    private final Graph graph;
    private final List<VersionFile> files;
    private final Expectations expectations;
    private final Map<String, VersionFile> byId = new HashMap<>();
    private final List<Finding> findings = new ArrayList<>();

    private AlembicLint(Graph graph, List<VersionFile> files, Expectations expectations) {
        this.graph = graph;
        this.files = files;
        this.expectations = expectations;
        files.forEach(file -> byId.put(file.id(), file));
    }

    static List<Finding> check(Graph graph, List<VersionFile> files, Expectations expectations) {
        AlembicLint lint = new AlembicLint(graph, files, expectations);
        lint.checkRoots();
        lint.checkHeads();
        lint.checkDeclarations();
        lint.checkLabels();
        lint.noteMergePoints();
        return lint.findings;
    }

    private void checkRoots() {
        List<Node> roots = graph.roots().stream()
                .map(graph::node)
                .filter(node -> !byId.get(node.id()).isUnreadable())
                .toList();
        boolean areDeclared = !expectations.roots().isEmpty();
        for (Node root : roots) {
            if (areDeclared ? !expectations.roots().containsKey(root.id()) : roots.size() > 1) {
                String why =
                        areDeclared ? "and it is not declared as one" : "and so are " + (roots.size() - 1) + " more";
                problem(
                        "unexpected_root",
                        root,
                        "unexpected root: revision " + root.id() + " has no parent, " + why,
                        intendedParent(root)
                                        .map(parent -> "its docstring says that it revises '" + parent
                                                + "': write down_revision = '" + parent + "'")
                                        .orElse("write its parent as down_revision")
                                + "; if it is meant to be a root: roots: [" + root.id() + "] in " + Expectations.FILE
                                + ", or --root " + root.id());
            }
        }
    }

    /** The parent that Alembic's template wrote into the docstring, if there is such a revision. */
    private Optional<String> intendedParent(Node root) {
        return byId.get(root.id())
                .revises()
                .filter(parent -> graph.find(parent).isPresent() && !parent.equals(root.id()));
    }

    private void checkHeads() {
        List<Node> heads = graph.heads().stream().map(graph::node).toList();
        boolean areDeclared = !expectations.heads().isEmpty();
        if (heads.size() < 2 && !areDeclared) {
            return;
        }
        for (Node head : heads) {
            if (!expectations.heads().containsKey(head.id())) {
                problem(
                        "several_heads",
                        head,
                        "revision " + head.id() + " is one of " + heads.size() + " heads"
                                + (areDeclared ? " and not declared as one" : "") + ", so 'alembic upgrade head' stops",
                        "merge them: alembic merge heads -m 'merge heads'; if it is meant to stay: heads: [" + head.id()
                                + "] in " + Expectations.FILE + ", or --head " + head.id());
            }
        }
    }

    private void checkDeclarations() {
        expectations
                .roots()
                .forEach((id, place) -> checkDeclaration(
                        id,
                        place,
                        "root",
                        graph.find(id)
                                .filter(index -> graph.node(index).isRoot())
                                .isPresent()));
        expectations
                .heads()
                .forEach((id, place) -> checkDeclaration(
                        id, place, "head", graph.find(id).filter(graph::isHead).isPresent()));
    }

    private void checkDeclaration(String id, Place place, String kind, boolean holds) {
        if (!holds) {
            String what = graph.find(id).isPresent() ? "which is none" : "which does not exist";
            findings.add(Finding.problem(
                    "stale_declaration",
                    id,
                    place,
                    "declares the " + kind + " " + id + ", " + what,
                    "take it out of the declaration, or bring the " + kind + " back"));
        }
    }

    private void checkLabels() {
        Map<String, Node> first = new HashMap<>();
        for (VersionFile file : files) {
            for (String label : new HashSet<>(file.node().labels())) {
                Node other = graph.find(label).map(graph::node).orElse(first.putIfAbsent(label, file.node()));
                if (other != null) {
                    problem(
                            "duplicate_label",
                            file.node(),
                            "the branch label '" + label + "' is taken by revision " + other.id() + " at "
                                    + other.place(),
                            "Alembic stops at this; give the branch another label");
                }
            }
        }
    }

    private void noteMergePoints() {
        for (int index : graph.where(graph::isMergePoint)) {
            Node node = graph.node(index);
            findings.add(Finding.note(
                    "merge_point",
                    node.id(),
                    node.parentsPlace(),
                    "merge point: revision " + node.id() + " joins " + String.join(", ", node.parents()),
                    "nothing to do, unless one of them is named by mistake: all are applied before it"));
        }
    }

    private void problem(String code, Node node, String message, String remedy) {
        findings.add(Finding.problem(code, node.id(), node.parentsPlace(), message, remedy));
    }
}
