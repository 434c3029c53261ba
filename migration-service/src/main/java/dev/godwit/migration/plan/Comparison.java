package dev.godwit.migration.plan;

import dev.godwit.migration.catalog.ProvidedObjects;
import dev.godwit.migration.catalog.ProvidedObjects.Standing;
import dev.godwit.migration.definition.Definition;
import dev.godwit.migration.definition.Provides.Provided;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** A migration as it is recorded, compared with the catalog: what is recorded but missing, and what is present but not recorded. */
public record Comparison(Definition definition, boolean applied, boolean inHand, List<Standing> provided) {

    private static final String RECORDED = """
            SELECT migration, state = 'completed' AND NOT partial AS applied,
                   state NOT IN ('completed', 'cancelled', 'rolled-back') AS in_hand
              FROM godwit.recorded
             WHERE migration = ANY ($1::text[])
            """;

    public Comparison {
        provided = List.copyOf(provided);
    }

    private record Recorded(Set<String> applied, Set<String> inHand) {}

    /** Compares those definitions that say what they provide. */
    public static Uni<List<Comparison>> of(SqlClient client, Collection<Definition> definitions) {
        List<Definition> telling = definitions.stream()
                .filter(definition -> !definition.operation().provides().isEmpty())
                .toList();
        if (telling.isEmpty()) {
            return Uni.createFrom().item(List.of());
        }
        List<Provided> objects = telling.stream()
                .flatMap(definition -> definition.operation().provides().objects())
                .toList();
        return recorded(client, telling).chain(recorded -> ProvidedObjects.look(client, objects)
                .map(standings -> compare(telling, recorded, standings)));
    }

    private static Uni<Recorded> recorded(SqlClient client, List<Definition> definitions) {
        String[] names = definitions.stream().map(Definition::migration).toArray(String[]::new);
        return client.preparedQuery(RECORDED).execute(Tuple.of((Object) names)).map(rows -> {
            Recorded recorded = new Recorded(new HashSet<>(), new HashSet<>());
            rows.forEach(row -> {
                if (row.getBoolean("applied")) {
                    recorded.applied().add(row.getString("migration"));
                }
                if (row.getBoolean("in_hand")) {
                    recorded.inHand().add(row.getString("migration"));
                }
            });
            return recorded;
        });
    }

    private static List<Comparison> compare(List<Definition> definitions, Recorded recorded, List<Standing> standings) {
        List<Comparison> comparisons = new ArrayList<>();
        int from = 0;
        for (Definition definition : definitions) {
            int to = from + (int) definition.operation().provides().objects().count();
            comparisons.add(new Comparison(
                    definition,
                    recorded.applied().contains(definition.migration()),
                    recorded.inHand().contains(definition.migration()),
                    standings.subList(from, to)));
            from = to;
        }
        return comparisons;
    }

    /** What is not there, or not usable. */
    public List<Standing> missing() {
        return provided.stream().filter(standing -> !standing.isPresent()).toList();
    }

    /** Whether the record says that it is applied, and the catalog says otherwise. */
    public boolean isDrifted() {
        return applied && !missing().isEmpty();
    }

    /** Whether all that it provides is there, and nothing says that it was applied. */
    public boolean isUnrecorded() {
        return !applied && !inHand && missing().isEmpty();
    }

    /** The check of the doctor; about a migration of which nothing is amiss, it says so. */
    public Check check() {
        String name = "schema: " + definition.migration();
        if (isDrifted()) {
            return Check.fail(name, drift(), driftRemedy());
        }
        return isUnrecorded() ? Check.warn(name, unrecorded(), unrecordedRemedy()) : Check.ok(name, standing());
    }

    private String standing() {
        return applied
                ? "recorded, and there: " + names(provided)
                : inHand ? "its run is in hand" : "not applied; not there: " + names(missing());
    }

    private static String names(List<Standing> standings) {
        return standings.stream().map(Standing::toString).collect(Collectors.joining(", "));
    }

    String drift() {
        return "recorded but missing: " + names(missing());
    }

    String driftRemedy() {
        return "find out who took it away; to have it made again: godwit stamp " + definition.migration()
                + " --remove, or roll its run back, then run it";
    }

    String unrecorded() {
        return "present but not recorded: " + names(provided);
    }

    String unrecordedRemedy() {
        return "if it was applied elsewhere: godwit stamp " + definition.migration();
    }
}
