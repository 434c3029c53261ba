package dev.godwit.migration.plan;

import dev.godwit.migration.definition.Definition;
import dev.godwit.migration.definition.Requirement;
import dev.godwit.migration.plan.ReadOnly.Answer;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Optional;

/** What a definition requires before a run may start. */
final class Requirements {

    private final ReadOnly database;

    Requirements(ReadOnly database) {
        this.database = database;
    }

    /** Those that are not met, with what the definition says to do then. Each is asked in a transaction of its own. */
    Uni<List<Finding>> unmet(Definition definition) {
        return Multi.createFrom()
                .iterable(definition.require())
                .onItem()
                .transformToUniAndConcatenate(this::ask)
                .filter(Optional::isPresent)
                .map(Optional::get)
                .collect()
                .asList();
    }

    private Uni<Optional<Finding>> ask(Requirement need) {
        return database.probe(need.sql(), row -> Boolean.TRUE.equals(row.getValue(0)))
                .map(answer -> {
                    if (answer instanceof Answer.Rows<Boolean> rows
                            && rows.rows().equals(List.of(true))) {
                        return Optional.empty();
                    }
                    String why = answer instanceof Answer.Refused<Boolean> refused
                            ? ": PostgreSQL says: " + refused.reason()
                            : " is not true";
                    return Optional.of(Finding.refuse(
                            "requirement_unmet", "require '" + need.name() + "'" + why, need.otherwise()));
                });
    }
}
