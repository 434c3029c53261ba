package dev.godwit.cli.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.godwit.cli.client.RestClient;
import java.util.List;
import java.util.Locale;

/**
 * How fast the trail took a full topic in.
 *
 * @param run the run that never was
 * @param rate outcomes per second from the first that were seen to the last
 * @param slowest outcomes per second over the slowest five seconds
 * @param serverMicros processor time of PostgreSQL per outcome, in microseconds
 * @param serviceMicros the same of audit-service, its start included
 * @param memory the most that audit-service held, in MiB
 */
record AuditBenchResult(
        String run,
        AuditBench.Options options,
        long events,
        double rate,
        double slowest,
        double serverMicros,
        double serviceMicros,
        long memory) {

    List<String> lines() {
        return List.of(
                String.format(
                        Locale.ROOT,
                        "%,d outcomes in %,d events%s; nothing lost, nothing doubled, all chains hold",
                        options.outcomes(),
                        events,
                        options.killed() ? ", audit-service killed on the way" : ""),
                line("outcomes/s, sustained", "%,.0f", rate),
                line("outcomes/s, slowest five seconds", "%,.0f", slowest),
                line("PostgreSQL, processor time per outcome", "%.1f us", serverMicros),
                line("audit-service, processor time per outcome", "%.1f us", serviceMicros),
                line("audit-service, most memory", "%.0f MiB", (double) memory));
    }

    private static String line(String name, String format, double value) {
        return String.format(Locale.ROOT, "%-44s " + format, name, value);
    }

    ObjectNode json() {
        return RestClient.JSON
                .createObjectNode()
                .put("run", run)
                .put("outcomes", options.outcomes())
                .put("outcomesPerEvent", options.perEvent())
                .put("events", events)
                .put("killed", options.killed())
                .put("outcomesPerSecond", rate)
                .put("outcomesPerSecondSlowest", slowest)
                .put("postgresMicros", serverMicros)
                .put("serviceMicros", serviceMicros)
                .put("serviceMemoryMiB", memory);
    }
}
