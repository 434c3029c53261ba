package dev.godwit.migration.plan;

import dev.godwit.migration.definition.ReferencePath;
import dev.godwit.migration.definition.SoftReference;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.plan.SearchTargets.Form;
import dev.godwit.migration.plan.TableSearch.Hit;
import java.util.ArrayList;
import java.util.List;

/** Turns a column that holds keys into the line that declares it: as column, as path inside JSON, or as pattern inside text. */
final class HitDescriber {

    private static final int PATTERNS_MAX = 5;

    private final TableName table;
    private final KeySample sample;
    private final List<SoftReference> declared;

    HitDescriber(TableName table, KeySample sample, List<SoftReference> declared) {
        this.table = table;
        this.sample = sample;
        this.declared = declared;
    }

    List<UndeclaredReference> describe(Hit hit) {
        String column = hit.candidate().column();
        if (!hit.within()) {
            return List.of(reference(hit, hit.rows(), hit.key(), ReferenceLine.column(table, column)));
        }
        JsonPaths paths = new JsonPaths(sample);
        TextPatterns patterns = new TextPatterns(sample);
        int json = 0;
        for (String text : hit.texts()) {
            if (paths.add(text)) {
                json++;
            } else if (hit.candidate().form() == Form.TEXT) {
                patterns.add(text);
            }
        }
        List<UndeclaredReference> references = new ArrayList<>();
        if (json > 0 || hit.candidate().form() == Form.JSON) {
            references.addAll(inJson(hit, paths, share(hit, json)));
        }
        patterns.patterns().stream()
                .limit(PATTERNS_MAX)
                .map(counted -> reference(
                        hit,
                        share(hit, counted.texts()),
                        patterns.firstKey(),
                        ReferenceLine.pattern(table, column, counted.pattern())))
                .forEach(references::add);
        return references;
    }

    /** Rows in all, of which as large a part is of this form as of those that were looked at. */
    private static long share(Hit hit, int texts) {
        return hit.texts().isEmpty()
                ? hit.rows()
                : Math.max(
                        1, Math.round((double) hit.rows() * texts / hit.texts().size()));
    }

    private List<UndeclaredReference> inJson(Hit hit, JsonPaths paths, long rows) {
        String column = hit.candidate().column();
        List<UndeclaredReference> references = new ArrayList<>();
        paths.path()
                .filter(path -> !isDeclared(column, path))
                .map(path -> reference(hit, rows, paths.firstKey(), ReferenceLine.path(table, column, path.toString())))
                .ifPresent(references::add);
        if (paths.isInsideText() && references.isEmpty() && paths.path().isEmpty()) {
            references.add(reference(
                    hit,
                    rows,
                    paths.firstKey(),
                    "# " + table + "." + column
                            + " holds keys within longer strings or names inside JSON; no reference can express that"));
        }
        return references;
    }

    private boolean isDeclared(String column, ReferencePath found) {
        return declared.stream()
                .filter(reference ->
                        reference.table().equals(table) && reference.column().equals(column))
                .flatMap(reference -> reference.path().stream())
                .anyMatch(path -> path.equals(found.toString()) || path.endsWith(".**"));
    }

    private UndeclaredReference reference(Hit hit, long rows, String key, String line) {
        return new UndeclaredReference(table.toString(), hit.candidate().column(), rows, key, line);
    }
}
