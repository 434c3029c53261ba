package dev.godwit.cli.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.godwit.cli.client.RestClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How fast the trail took a full topic in, and gave it out again.
 *
 * @param run the run that never was
 * @param reports everything of that run
 * @param memory the most that audit-service held until the end, in MiB
 */
record AuditBenchResult(
        String run,
        AuditBench.Options options,
        long events,
        Ingest ingest,
        List<AuditBench.Answer> reports,
        long memory) {

    /**
     * The way in.
     *
     * @param rate outcomes per second from the first that were seen to the last
     * @param slowest outcomes per second over the slowest five seconds
     * @param serverMicros processor time of PostgreSQL per outcome, in microseconds
     * @param serviceMicros the same of audit-service, its start included
     * @param memory the most that audit-service held by then, in MiB
     */
    record Ingest(double rate, double slowest, double serverMicros, double serviceMicros, long memory) {}

    private static final double MEBIBYTE = 1024 * 1024;

    List<String> lines() {
        List<String> lines = new ArrayList<>(List.of(
                String.format(
                        Locale.ROOT,
                        "%,d outcomes in %,d events%s; nothing lost, nothing doubled, all chains hold",
                        options.outcomes(),
                        events,
                        options.killed() ? ", audit-service killed on the way" : ""),
                line("outcomes/s, sustained", "%,.0f", ingest.rate()),
                line("outcomes/s, slowest five seconds", "%,.0f", ingest.slowest()),
                line("PostgreSQL, processor time per outcome", "%.1f us", ingest.serverMicros()),
                line("audit-service, processor time per outcome", "%.1f us", ingest.serviceMicros()),
                line("audit-service, most memory taking in", "%.0f MiB", (double) ingest.memory())));
        reports.forEach(report -> lines.add(String.format(
                Locale.ROOT,
                "%-44s %.1f s, %,.1f MiB",
                report.name(),
                report.took().toMillis() / 1000.0,
                report.bytes() / MEBIBYTE)));
        lines.add(line("audit-service, most memory at the end", "%.0f MiB", (double) memory));
        return lines;
    }

    private static String line(String name, String format, double value) {
        return String.format(Locale.ROOT, "%-44s " + format, name, value);
    }

    ObjectNode json() {
        ObjectNode json = RestClient.JSON
                .createObjectNode()
                .put("run", run)
                .put("outcomes", options.outcomes())
                .put("outcomesPerEvent", options.perEvent())
                .put("events", events)
                .put("killed", options.killed())
                .put("outcomesPerSecond", ingest.rate())
                .put("outcomesPerSecondSlowest", ingest.slowest())
                .put("postgresMicros", ingest.serverMicros())
                .put("serviceMicros", ingest.serviceMicros())
                .put("serviceMemoryMiBTakingIn", ingest.memory())
                .put("serviceMemoryMiB", memory);
        ArrayNode read = json.putArray("reports");
        reports.forEach(report -> read.addObject()
                .put("name", report.name())
                .put("milliseconds", report.took().toMillis())
                .put("bytes", report.bytes()));
        return json;
    }
}
