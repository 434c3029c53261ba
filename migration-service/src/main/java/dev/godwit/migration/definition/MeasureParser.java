package dev.godwit.migration.definition;

import dev.godwit.migration.definition.Limits.Worse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads the sections {@code health} and {@code inventory}: queries of one number each. */
final class MeasureParser {

    /** Each of them is asked again and again. */
    static final int MEASURES_MAX = 20;

    /** Each of them is asked by every plan. */
    static final int FIGURES_MAX = 50;

    private static final Set<String> HEALTH_KEYS = keys("name", "sql", "unit", "worse", "warn", "critical");
    private static final Set<String> INVENTORY_KEYS = keys("name", "sql", "unit");

    private final Section section;
    private final List<Section> health;

    MeasureParser(Section section) {
        this.section = section;
        this.health = entries("health", HEALTH_KEYS, MEASURES_MAX);
    }

    private static Set<String> keys(String... names) {
        return new LinkedHashSet<>(List.of(names));
    }

    /** Measures with a query, in the order of the file. */
    List<HealthMeasure> measures() {
        List<HealthMeasure> measures = new ArrayList<>();
        for (Section entry : health) {
            Optional<String> name = entry.requiredText("name", "say in a word what is measured");
            if (name.flatMap(BuiltInMeasure::named).isPresent()) {
                continue;
            }
            Optional<String> sql = statement(entry);
            Optional<Limits> limits = limits(entry, entry.has("worse") ? Optional.empty() : Optional.of(Worse.HIGHER));
            if (name.isPresent() && sql.isPresent() && limits.isPresent()) {
                measures.add(new HealthMeasure(
                        name.get(), sql.get(), entry.text("unit").orElse(""), limits.get()));
            }
        }
        return measures;
    }

    /**
     * Limits of built-in measures that the file sets, by the measure.
     *
     * @param measured whether the operation gives keys, so that Godwit measures them
     */
    Map<BuiltInMeasure, Limits> builtIn(boolean measured) {
        Map<BuiltInMeasure, Limits> limits = new LinkedHashMap<>();
        for (Section entry : health) {
            Optional<BuiltInMeasure> measure =
                    entry.has("name") ? entry.text("name").flatMap(BuiltInMeasure::named) : Optional.empty();
            measure.ifPresent(named -> {
                refuse(entry, named, measured);
                limits(entry, Optional.of(named.worse())).ifPresent(found -> limits.put(named, found));
            });
        }
        return limits;
    }

    private static void refuse(Section entry, BuiltInMeasure measure, boolean measured) {
        if (!measured) {
            entry.problem(
                    "name",
                    "'" + measure.wireName() + "' is measured only where rows get new keys",
                    "give your measure another name, or remove it");
        }
        for (String key : List.of("sql", "unit", "worse")) {
            if (entry.has(key)) {
                entry.problem(
                        key,
                        "'" + measure.wireName() + "' is measured by Godwit itself; only its limits are yours",
                        "remove " + key + ", or give your measure another name");
            }
        }
    }

    /** Figures in the order of the file. */
    List<InventoryFigure> figures() {
        List<InventoryFigure> figures = new ArrayList<>();
        for (Section entry : entries("inventory", INVENTORY_KEYS, FIGURES_MAX)) {
            Optional<String> name = entry.requiredText("name", "say in a few words what is counted");
            Optional<String> sql = statement(entry);
            if (name.isPresent() && sql.isPresent()) {
                figures.add(new InventoryFigure(
                        name.get(), sql.get(), entry.text("unit").orElse("")));
            }
        }
        return figures;
    }

    private static Optional<Limits> limits(Section entry, Optional<Worse> known) {
        Optional<Worse> worse = known.isPresent()
                ? known
                : entry.choice("worse", Map.of("higher", Worse.HIGHER, "lower", Worse.LOWER), Worse.HIGHER);
        Optional<Double> warn = entry.requiredNumber("warn", "write the number from which on to warn");
        Optional<Double> critical = entry.requiredNumber("critical", "write the number that is critical");
        if (worse.isEmpty() || warn.isEmpty() || critical.isEmpty()) {
            return Optional.empty();
        }
        return entry.parsed(
                "warn",
                Optional.of(""),
                worse.get() == Worse.HIGHER
                        ? "this measure grows worse as it grows; swap them, or write worse: lower"
                        : "this measure grows worse as it falls; swap them",
                ignored -> new Limits(worse.get(), warn.get(), critical));
    }

    private List<Section> entries(String key, Set<String> known, int most) {
        List<Section> entries = DefinitionParser.named(section, key, known);
        if (entries.size() > most) {
            section.problem(
                    key,
                    entries.size() + " entries; at most " + most + " are asked",
                    "keep those that somebody looks at");
        }
        return entries;
    }

    private static Optional<String> statement(Section entry) {
        return DefinitionParser.statement(entry);
    }
}
