package dev.godwit.migration.plan;

import dev.godwit.migration.catalog.Table;
import dev.godwit.migration.definition.Identifier;
import dev.godwit.migration.definition.Triggers;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the current role may not do with the tables of a run, each with the line that grants it. */
final class PrivilegeFindings {

    private static final String MAY_SILENCE_TRIGGERS =
            "SELECT pg_catalog.has_parameter_privilege('session_replication_role', 'SET') AS may";

    private static final String TRIGGERS_THAT_FIRE_ANYWAY = """
            SELECT t.tgname::text AS name
              FROM pg_catalog.pg_trigger t
             WHERE t.tgrelid = $1::bigint::oid
               AND NOT t.tgisinternal
               AND t.tgenabled IN ('A', 'R')
             ORDER BY t.tgname
            """;

    private final ReadOnly database;
    private final Scope scope;
    private final String role;
    private final TableRights rights;

    PrivilegeFindings(ReadOnly database, Scope scope, String role) {
        this.database = database;
        this.scope = scope;
        this.role = role;
        this.rights = new TableRights(database, role);
    }

    Uni<List<Finding>> find() {
        return Multi.createFrom()
                .iterable(scope.tables().values())
                .onItem()
                .transformToUniAndConcatenate(this::ofTable)
                .onItem()
                .<Finding>transformToIterable(found -> found)
                .collect()
                .asList()
                .chain(found -> replicationRole().map(more -> join(found, more)));
    }

    private Uni<List<Finding>> ofTable(Table table) {
        String[] events = scope.merges() ? new String[] {"2", "3", "4"} : new String[] {"2"};
        return rights.missing(table, privileges(table), asOwner(table))
                .chain(found -> rights.rules(table, events).map(more -> join(found, more)))
                .chain(found -> alwaysTriggers(table).map(more -> join(found, more)));
    }

    private Optional<String> asOwner(Table table) {
        if (scope.isPublished(table.name())) {
            return Optional.of("publish it for the tail");
        }
        return scope.isAliased(table.name()) ? Optional.of("take its alias trigger away again") : Optional.empty();
    }

    /** Merging deletes and its rollback inserts; that concerns the root and its children only. */
    private List<String> privileges(Table table) {
        boolean merged = scope.merges()
                && (table.name().equals(scope.rekey().table())
                        || scope.foreignKeys().stream()
                                .anyMatch(key -> key.child().equals(table.name())));
        return merged ? List.of("SELECT", "UPDATE", "INSERT", "DELETE") : List.of("SELECT", "UPDATE");
    }

    private Uni<List<Finding>> alwaysTriggers(Table table) {
        if (scope.rekey().triggers() == Triggers.FIRE) {
            return Uni.createFrom().item(List.of());
        }
        return database.query(TRIGGERS_THAT_FIRE_ANYWAY, Tuple.of(table.oid()), row -> row.getString("name"))
                .map(names -> names.isEmpty()
                        ? List.of()
                        : List.of(Finding.warn(
                                "always_triggers",
                                "triggers of " + table.name() + " fire in spite of triggers: off: "
                                        + String.join(", ", names),
                                "ALTER TABLE " + table.name().quoted() + " ENABLE TRIGGER …")));
    }

    private Uni<List<Finding>> replicationRole() {
        if (scope.rekey().triggers() == Triggers.FIRE) {
            return Uni.createFrom().item(List.of());
        }
        return database.query(MAY_SILENCE_TRIGGERS, Tuple.tuple(), row -> row.getBoolean("may"))
                .map(answers -> answers.get(0)
                        ? List.of()
                        : List.of(rights.missing(
                                "SET on parameter session_replication_role, which triggers: off needs",
                                "GRANT SET ON PARAMETER session_replication_role TO " + Identifier.quote(role))));
    }

    private static List<Finding> join(List<Finding> first, List<Finding> second) {
        return Stream.concat(first.stream(), second.stream()).collect(Collectors.toList());
    }
}
