package dev.godwit.migration.definition;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A migration as its file says it; complete and consistent in itself, but not yet compared with a database.
 *
 * @param migration unique name, lower-case words
 * @param description empty when the file has none
 * @param dependsOn names of migrations that must be applied first
 * @param limits limits of built-in measures, where the file sets others
 * @param session settings for each batch's transaction, by name
 * @param summary columns of the root table by which plan and report group their counts
 * @param hash {@code sha256:} and the hex digest of the file's bytes and of the files that belong to it
 * @param text the file's content
 */
public record Definition(
        String migration,
        String description,
        List<String> dependsOn,
        OperationDefinition operation,
        List<VerifyCheck> verify,
        List<HealthMeasure> health,
        Map<BuiltInMeasure, Limits> limits,
        List<InventoryFigure> inventory,
        List<Requirement> require,
        Map<String, String> session,
        List<String> summary,
        String hash,
        Path file,
        String text) {

    /** More columns are not grouped by. */
    public static final int SUMMARY_MAX = 8;

    public Definition {
        Objects.requireNonNull(migration);
        Objects.requireNonNull(description);
        Objects.requireNonNull(operation);
        Objects.requireNonNull(hash);
        Objects.requireNonNull(file);
        Objects.requireNonNull(text);
        dependsOn = List.copyOf(dependsOn);
        verify = List.copyOf(verify);
        health = List.copyOf(health);
        limits = Map.copyOf(limits);
        inventory = List.copyOf(inventory);
        require = List.copyOf(require);
        session = Collections.unmodifiableMap(new LinkedHashMap<>(session));
        summary = List.copyOf(summary);
    }
}
