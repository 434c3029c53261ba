package dev.godwit.migration.plan;

import dev.godwit.migration.plan.Scope.Link;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What {@code aliases: on} does to the tables, and what it costs whom. */
final class AliasFindings {

    /** Types whose operators are PostgreSQL's own: the triggers' functions find no others, so that nobody can slip them one. */
    private static final Set<String> TYPES =
            Set.of("uuid", "text", "integer", "bigint", "smallint", "numeric", "character", "character varying");

    private final Scope scope;

    AliasFindings(Scope scope) {
        this.scope = scope;
    }

    List<Finding> find() {
        if (!scope.rekey().aliases()) {
            return List.of();
        }
        String columns = scope.links().stream()
                .flatMap(AliasFindings::columns)
                .distinct()
                .collect(Collectors.joining(", "));
        if (columns.isEmpty()) {
            return List.of(Finding.warn(
                    "aliases_of_nothing",
                    "aliases: on, but no foreign key refers to " + scope.root().name(),
                    "write aliases: off"));
        }
        if (scope.key().filter(key -> !TYPES.contains(key.bareType())).isPresent()) {
            return List.of(Finding.refuse(
                    "aliases_key_type",
                    "aliases: on does not work with keys of type "
                            + scope.key().get().type(),
                    "write aliases: off, and let the application look keys up again when an insert is refused"));
        }
        return List.of(
                Finding.warn(
                        "aliases",
                        "triggers will translate old keys in " + columns
                                + " until the run is forgotten or rolled back: every insert there, and update of these columns, costs a look-up of its parent more,"
                                + " and making the triggers, or taking them away, holds writers of the table up for a moment, 300 ms at most",
                        "an UPDATE, DELETE or SELECT by an old key still meets no row; forget the run once nobody names old keys any more"));
    }

    private static Stream<String> columns(Link link) {
        return link.childColumns().stream().map(column -> link.foreignKey().child() + "." + column);
    }
}
