package dev.godwit.cli.chaos;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.godwit.cli.client.RestClient;
import dev.godwit.cli.demo.Check;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What came of a long run. */
record SoakResult(Soak.Options options, String run, long writes, List<SoakSample> samples, List<Check> checks) {

    boolean isWhole() {
        return checks.stream().allMatch(Check::holds);
    }

    /** A moment in one line. */
    static String line(SoakSample sample) {
        return String.format(
                Locale.ROOT,
                "%5.1f min  %,9d migrated  tail lag %,6.0f ms  slot %6.1f MiB  tables %,7.1f MiB  memory%s %s",
                sample.seconds() / 60,
                sample.migrated(),
                sample.tailLagMillis(),
                sample.slotBytes() / 1048576.0,
                sample.tables().values().stream().mapToLong(Long::longValue).sum() / 1048576.0,
                sample.collected() ? " (collected)" : "",
                sample.memory().entrySet().stream()
                        .map(process -> process.getKey() + " " + process.getValue())
                        .collect(Collectors.joining(", ")));
    }

    List<String> lines() {
        return checks.stream()
                .map(check -> (check.holds() ? "  ✓ " : "  ✗ ")
                        + check.claim()
                        + (check.found().isEmpty() ? "" : "  (" + check.found() + ")")
                        + check.differences().stream()
                                .map(difference -> "\n      " + difference)
                                .collect(Collectors.joining()))
                .toList();
    }

    ObjectNode json() {
        ObjectNode json = RestClient.JSON
                .createObjectNode()
                .put("whole", isWhole())
                .put("run", run)
                .put("minutes", options.lasting().toMinutes())
                .put("writesPerSecond", options.writesPerSecond())
                .put("writes", writes);
        ArrayNode all = json.putArray("samples");
        for (SoakSample sample : samples) {
            ObjectNode one = all.addObject()
                    .put("seconds", Math.round(sample.seconds()))
                    .put("migrated", sample.migrated())
                    .put("tailLagMillis", sample.tailLagMillis())
                    .put("slotBytes", sample.slotBytes())
                    .put("collected", sample.collected());
            numbers(one.putObject("memoryMiB"), sample.memory());
            numbers(one.putObject("tableBytes"), sample.tables());
        }
        ChaosResult.claims(json.putArray("checks"), checks);
        return json;
    }

    private static void numbers(ObjectNode node, Map<String, Long> values) {
        values.forEach(node::put);
    }
}
