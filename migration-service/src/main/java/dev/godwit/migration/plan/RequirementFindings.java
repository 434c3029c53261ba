package dev.godwit.migration.plan;

import dev.godwit.migration.definition.Definition;
import dev.godwit.migration.definition.Requirement;
import dev.godwit.migration.plan.ReadOnly.Answer;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Optional;

/** What a definition says must be true before it runs, asked in a transaction that cannot write. */
final class RequirementFindings {

    private final ReadOnly database;
    private final Definition definition;

    RequirementFindings(ReadOnly database, Definition definition) {
        this.database = database;
        this.definition = definition;
    }

    Uni<List<Finding>> find() {
        return Multi.createFrom()
                .iterable(definition.require())
                .onItem()
                .transformToUniAndConcatenate(this::require)
                .filter(Optional::isPresent)
                .map(Optional::get)
                .collect()
                .asList();
    }

    private Uni<Optional<Finding>> require(Requirement need) {
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
