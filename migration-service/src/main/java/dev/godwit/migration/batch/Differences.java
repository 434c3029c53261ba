package dev.godwit.migration.batch;

import dev.godwit.migration.operation.Outcome;
import dev.godwit.migration.operation.OutcomeKind;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What a rehearsal found not to be as it was, or as it was foreseen, in sentences. */
final class Differences {

    private Differences() {}

    /** Rows by table and digest, and how often they are there. */
    static List<String> ofContent(Map<String, Long> before, Map<String, Long> after) {
        Map<String, Long> lost = new TreeMap<>();
        before.forEach((row, times) -> {
            long missing = times - after.getOrDefault(row, 0L);
            if (missing > 0) {
                lost.merge(row.substring(0, row.lastIndexOf(' ')), missing, Long::sum);
            }
        });
        List<String> differences = new ArrayList<>();
        lost.forEach((table, rows) -> differences.add(
                rows + (rows == 1 ? " row of " : " rows of ") + table + " did not get its former content back"));
        return differences;
    }

    /** Rows that each table has got more than it has lost. */
    static List<String> ofRows(Map<String, Long> before, Map<String, Long> after) {
        List<String> differences = new ArrayList<>();
        Set<String> tables = new LinkedHashSet<>(after.keySet());
        tables.addAll(before.keySet());
        for (String table : tables) {
            long more = after.getOrDefault(table, 0L) - before.getOrDefault(table, 0L);
            if (more != 0) {
                differences.add(table + " has " + Math.abs(more) + (Math.abs(more) == 1 ? " row " : " rows ")
                        + (more > 0 ? "more" : "fewer") + " than before");
            }
        }
        return differences;
    }

    /** What a plan foresees of an entity, and what a batch did; what it did to others on the way is theirs. */
    static List<String> ofOutcomes(String table, String key, List<Outcome> foreseen, List<Outcome> done) {
        String told = line(table, key, foreseen);
        String came = line(table, key, done);
        return told.equals(came) ? List.of() : List.of("the plan foresees '" + told + "', what came is '" + came + "'");
    }

    private static String line(String table, String key, List<Outcome> outcomes) {
        return outcomes.stream()
                .filter(outcome ->
                        outcome.table().equals(table) && outcome.key().equals(key))
                .map(outcome -> outcome.kind().wireName()
                        + outcome.reason().map(reason -> " (" + reason + ")").orElse("")
                        + outcome.newKey().map(newKey -> " to " + newKey).orElse(""))
                .findFirst()
                .orElse("nothing");
    }

    /** What an undo left as it was. */
    static List<String> ofUndo(List<Outcome> undone) {
        return undone.stream()
                .filter(outcome -> outcome.kind() == OutcomeKind.DIVERGED)
                .map(outcome -> outcome.table() + " " + outcome.key() + " was not restored: "
                        + outcome.reason().orElse(""))
                .toList();
    }
}
