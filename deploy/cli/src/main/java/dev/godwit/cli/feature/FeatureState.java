package dev.godwit.cli.feature;

import dev.godwit.cli.alembic.TableName;
import java.util.List;

/**
 * How a feature stands.
 *
 * @param missingTables what it needs and is not there, by name
 * @param missingMigrations what must still be applied, in the order in which it can be: what it needs and everything that this needs
 */
public record FeatureState(Feature feature, List<TableName> missingTables, List<String> missingMigrations) {

    /** It waits for nothing. */
    public boolean isLive() {
        return missingTables.isEmpty() && missingMigrations.isEmpty();
    }
}
