package dev.godwit.cli.demo.branches;

import dev.godwit.cli.alembic.DatabaseCatalog;
import dev.godwit.cli.demo.Flight;
import dev.godwit.cli.feature.Feature;
import dev.godwit.cli.feature.FeatureCheck;
import dev.godwit.cli.feature.FeatureState;
import dev.godwit.cli.stack.DatabaseUrl;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What {@code godwit features} says, by the states that migration-service tells and the tables that are there. */
record LiveFeatures(List<FeatureState> states) {

    static LiveFeatures read(Path folder, Flight flight, DatabaseUrl database) {
        DatabaseCatalog catalog = DatabaseCatalog.read(database, DatabaseCatalog.VERSION_TABLE);
        return new LiveFeatures(new FeatureCheck(flight.graph(), Map.of(), catalog::has)
                .states(Feature.read(folder.resolve("features.yaml"))));
    }

    long live() {
        return states.stream().filter(FeatureState::isLive).count();
    }

    /** Each that is missing, with the tables and the migrations that it waits for. */
    List<String> missing() {
        return states.stream()
                .filter(state -> !state.isLive())
                .map(state -> "%s waits for tables [%s], migrations [%s]"
                        .formatted(
                                state.feature().name(),
                                state.missingTables().stream()
                                        .map(Object::toString)
                                        .collect(Collectors.joining(", ")),
                                String.join(", ", state.missingMigrations())))
                .toList();
    }
}
