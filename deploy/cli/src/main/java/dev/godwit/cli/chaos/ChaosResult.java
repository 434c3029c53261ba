package dev.godwit.cli.chaos;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.godwit.cli.client.RestClient;
import dev.godwit.cli.demo.Check;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What came of one run under fire.
 *
 * @param run id, or empty when it could not be started
 * @param stages seconds by what was waited for, from the application's tables to the last look
 * @param events what was done, in order
 * @param writes acknowledged to the application
 */
record ChaosResult(
        long seed, String run, Map<String, Double> stages, List<Event> events, long writes, List<Check> checks) {

    /**
     * A fault, or the healing after a blow.
     *
     * @param second since the run began
     * @param came empty, or why it came to nothing
     */
    record Event(double second, String what, String came) {
        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%.1f s %s%s", second, what, came.isEmpty() ? "" : " (" + came + ")");
        }
    }

    /** All of it. */
    double seconds() {
        return stages.values().stream().mapToDouble(Double::doubleValue).sum();
    }

    boolean isWhole() {
        return checks.stream().allMatch(Check::holds);
    }

    /** In one line. */
    String summary() {
        return String.format(
                Locale.ROOT,
                "seed %-6d %-9s %5.1f s  %,6d writes  %s",
                seed,
                isWhole() ? "whole" : "NOT WHOLE",
                seconds(),
                writes,
                events.stream()
                        .filter(event -> !event.what().equals(ChaosRun.HEALED))
                        .map(Event::toString)
                        .collect(Collectors.joining(", ")));
    }

    ObjectNode json() {
        ObjectNode node = RestClient.JSON
                .createObjectNode()
                .put("seed", seed)
                .put("whole", isWhole())
                .put("run", run)
                .put("seconds", Math.round(seconds() * 10) / 10.0)
                .put("writes", writes);
        ArrayNode told = node.putArray("events");
        events.forEach(event -> told.addObject()
                .put("second", Math.round(event.second() * 10) / 10.0)
                .put("what", event.what())
                .put("came", event.came()));
        ObjectNode waited = node.putObject("stages");
        stages.forEach((stage, each) -> waited.put(stage, Math.round(each * 10) / 10.0));
        claims(node.putArray("checks"), checks);
        return node;
    }

    /** Claims with what speaks against them. */
    static void claims(ArrayNode claims, List<Check> checks) {
        checks.forEach(check -> {
            ObjectNode claim = claims.addObject()
                    .put("claim", check.claim())
                    .put("holds", check.holds())
                    .put("found", check.found());
            check.differences().forEach(claim.putArray("differences")::add);
        });
    }
}
