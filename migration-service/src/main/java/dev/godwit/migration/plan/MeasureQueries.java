package dev.godwit.migration.plan;

import dev.godwit.migration.definition.Definition;
import dev.godwit.migration.definition.MeasureSql;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The queries of a definition's measures and figures, in the form in which they are asked. */
final class MeasureQueries {

    private MeasureQueries() {}

    /** A query and the key under which the file has it. */
    record Named(String key, String sql) {}

    /** @param entities what stands in for entities, as columns without rows; empty where there are none to read */
    static List<Named> of(Definition definition, Optional<String> entities) {
        return Stream.concat(
                        definition.health().stream()
                                .map(measure -> new Named("health '" + measure.name() + "'", measure.sql())),
                        definition.inventory().stream()
                                .map(figure -> new Named("inventory '" + figure.name() + "'", figure.sql())))
                .map(named -> new Named(named.key(), asked(named.sql(), entities)))
                .toList();
    }

    private static String asked(String sql, Optional<String> entities) {
        return entities.filter(select -> MeasureSql.readsEntities(sql))
                .map(select -> MeasureSql.over(select, sql))
                .orElseGet(() -> MeasureSql.alone(sql));
    }
}
