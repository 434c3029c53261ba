package dev.godwit.cli.alembic;

import dev.godwit.cli.graph.Node;
import java.util.List;
import java.util.Optional;

/**
 * One revision as its file says it.
 *
 * @param revises what the docstring's "Revises:" names, which Alembic's template writes and nobody updates
 * @param isUnreadable true when its parents could not be read, so that it is not known whether it is a root
 */
record VersionFile(Node node, Optional<String> revises, boolean isUnreadable, List<TableOperation> operations) {

    String id() {
        return node.id();
    }
}
