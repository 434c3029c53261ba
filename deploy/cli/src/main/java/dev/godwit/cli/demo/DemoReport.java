package dev.godwit.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.godwit.cli.ExitCode;
import dev.godwit.cli.client.Measure;
import dev.godwit.cli.client.RestClient;
import dev.godwit.cli.client.Run;
import dev.godwit.cli.demo.Check.Findings;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;

/** Tells what the demo found, to people as lines and to programs as one object. */
public final class DemoReport {

    private final Steps steps;
    private final ObjectNode json = RestClient.JSON.createObjectNode();
    private final ArrayNode checks = json.putArray("checks");
    private boolean conflicts;

    public DemoReport(Steps steps) {
        this.steps = steps;
    }

    /** What {@code godwit run} would answer: conflicts are no failure, but somebody has to look at them. */
    private int exitCode() {
        if (!steps.failures().isEmpty()) {
            return ExitCode.DIFFERENCES;
        }
        return conflicts ? ExitCode.CONFLICTS : ExitCode.DONE;
    }

    /** The end of what people read: whether everything is as claimed, and what to do where it is not. Answers the exit code, which says the same. */
    public int verdict() {
        List<String> failures = steps.failures();
        steps.section("Verdict");
        if (failures.isEmpty()) {
            steps.line("all %d claims hold", checks.size());
        } else {
            steps.line("%d of %d claims do NOT hold; above, below each ✗, stands why:", failures.size(), checks.size());
            failures.forEach(claim -> steps.line("  ✗ %s", claim));
        }
        if (conflicts) {
            steps.line("some entities are in conflict or failed, as the report above says by reason");
        }
        int exitCode = exitCode();
        steps.line("exit code %d", exitCode);
        return exitCode;
    }

    public ObjectNode json() {
        return json;
    }

    public void check(Check check) {
        steps.check(check);
        ObjectNode node = checks.addObject()
                .put("claim", check.claim())
                .put("holds", check.holds())
                .put("found", check.found());
        check.differences().forEach(node.putArray("differences")::add);
    }

    void plan(Run planned) {
        JsonNode plan = planned.plan();
        steps.note(
                "would be: %s",
                counts(plan.has("counts") ? plan.path("counts") : planned.json().path("counts")));
        for (JsonNode reference : plan.path("references")) {
            steps.note(
                    "%-28s %-12s %s",
                    reference.path("table").asText() + "." + column(reference.path("column")),
                    reference.path("kind").asText(),
                    reference.path("strategy").asText().equals("sweep")
                            ? "no usable index: swept once at the end"
                            : "with what it leads to");
        }
        for (JsonNode undeclared : plan.path("undeclared")) {
            steps.note("undeclared: %s", undeclared.path("line").asText());
        }
    }

    static String rate(Run run) {
        JsonNode progress = run.json().path("progress");
        double perSecond = progress.path("ratePerSecond").asDouble();
        return String.format(Locale.ROOT, "%,d migrated", run.count("migrated"))
                + (perSecond > 0 ? String.format(Locale.ROOT, ", %,.0f/s", perSecond) : "");
    }

    static String rollbackCounts(Run run) {
        return String.format(Locale.ROOT, "%,d reverted, %,d diverged", run.count("reverted"), run.count("diverged"));
    }

    public void traffic(Traffic traffic, Application application) {
        TrafficCounts counts = traffic.counts();
        steps.section("What the traffic met");
        steps.line(
                "%,8d  writes acknowledged, %.0f/s, latency p50 %.1f ms, p99 %.1f ms",
                application.writes(),
                traffic.achievedRate(),
                counts.latencies.quantileMillis(0.5),
                counts.latencies.quantileMillis(0.99));
        ObjectNode node = json.putObject("traffic")
                .put("writes", application.writes())
                .put("writesPerSecond", traffic.achievedRate())
                .put("p50Millis", counts.latencies.quantileMillis(0.5))
                .put("p99Millis", counts.latencies.quantileMillis(0.99));
        for (Application.Met met : application.met(counts)) {
            steps.line("%,8d  %s", met.count(), met.what());
            node.put(met.name(), met.count());
        }
        node.put("reconnects", counts.reconnects.sum());
        ObjectNode kinds = node.putObject("kinds");
        counts.writesByKind.forEach((kind, count) -> kinds.put(kind, count.sum()));
    }

    /** @param broken in how many places the run's chains do not hold, computed again from the rows */
    public static Check trailIsComplete(JsonNode trail, long broken) {
        List<String> differences = new ArrayList<>();
        if (!trail.path("complete").asBoolean()) {
            differences.add("events that the run named have not arrived");
        }
        if (!trail.path("chainsIntact").asBoolean()) {
            differences.add("a hash chain does not hold: " + trail.path("findings"));
        }
        if (broken > 0) {
            differences.add("rows are not what came in, in " + broken + " places");
        }
        if (!trail.path("counts").equals(trail.path("declaredCounts"))) {
            differences.add("counted in the trail: " + trail.path("counts") + ", told by the run: "
                    + trail.path("declaredCounts"));
        }
        return new Check(
                "the audit trail is complete and its chains hold",
                trail.path("streams").size() + " chains",
                differences);
    }

    /** @param first of the flight: the one that the result names */
    void run(Run run, JsonNode trail, boolean first) {
        steps.section("Report of run " + run.id());
        steps.line("outcomes             %s", counts(trail.path("counts")));
        for (JsonNode reason : trail.path("reasons")) {
            if (!reason.path("reason").asText("").isEmpty()) {
                steps.line(
                        "                     %,d %s: %s",
                        reason.path("count").asLong(),
                        reason.path("outcome").asText(),
                        reason.path("reason").asText());
            }
        }
        if (run.json().path("operation").asText().equals("rekey")) {
            steps.line(
                    "late references      %,d translated",
                    trail.path("references").path("translated").asLong());
        }
        for (JsonNode check : run.verification().path("checks")) {
            steps.line(
                    "%s %s",
                    check.path("ok").asBoolean() ? "verified            " : "DIFFERS             ",
                    check.path("name").asText());
        }
        conflicts |= run.count("conflict") + run.count("failed") > 0;
        ObjectNode node = first ? json : further().addObject().put("migration", run.migration());
        node.put("run", run.id());
        node.put("state", run.state());
        node.set("counts", run.json().path("counts"));
    }

    void figures(List<Figure> figures) {
        if (figures.isEmpty()) {
            return;
        }
        steps.section("Figures");
        ArrayNode nodes = json.putArray("figures");
        for (Figure figure : figures) {
            steps.line(
                    "%-24s %,9d of %,9d %s (%.1f %%)",
                    figure.name(), figure.count(), figure.of(), figure.what(), figure.percent());
            nodes.addObject()
                    .put("name", figure.name())
                    .put("what", figure.what())
                    .put("count", figure.count())
                    .put("of", figure.of())
                    .put("percent", figure.percent());
        }
    }

    /** @param cured measures that must be good now */
    void vitals(Vitals before, Vitals now, List<String> cured) {
        steps.section("Health, before and now");
        steps.line("%-34s %11s  %-9s %11s  %-9s %s", "measure", "before", "", "now", "", "limits");
        ArrayNode nodes = json.putArray("health");
        for (Measure measure : now.measures()) {
            Measure then = before.like(measure);
            steps.line(
                    "%-34s %11s  %-9s %11s  %-9s %s",
                    measure.name(), then.value(), then.state(), measure.value(), measure.state(), measure.limits());
            ObjectNode node = nodes.addObject().put("name", measure.name());
            node.putObject("before")
                    .put("state", then.state())
                    .set("value", then.json().path("value"));
            node.putObject("now")
                    .put("state", measure.state())
                    .set("value", measure.json().path("value"));
        }
        check(cured(now, cured));
    }

    private static Check cured(Vitals now, List<String> cured) {
        Findings findings = new Findings();
        cured.forEach(name -> {
            Measure measure = now.measures().stream()
                    .filter(each -> each.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("no measure is called '" + name + "'"));
            if (!measure.state().equals("ok")) {
                findings.add("%s is %s: %s %s", name, measure.state(), measure.value(), measure.remark());
            }
        });
        return findings.check("what was ill is well", "%s", String.join(", ", cured));
    }

    private ArrayNode further() {
        return json.withArray("furtherRuns");
    }

    void wroteOnTheWayBack(long writes) {
        steps.note("%,d writes acknowledged to the application meanwhile", writes);
        json.put("writesOnTheWayBack", writes);
    }

    void preview(JsonNode preview) {
        for (JsonNode table : preview.path("preview")) {
            steps.note(
                    "%-28s %,9d restored %,9d deleted %,9d left",
                    table.path("table").asText(),
                    table.path("restored").asLong(),
                    table.path("deleted").asLong(),
                    table.path("left").asLong());
        }
    }

    void tables(Proof proof) {
        steps.line("");
        steps.line(
                "%-20s %9s %11s %11s %10s  %s",
                "table", "identical", "by traffic:", "new", "diverged", "checksum before → now");
        for (Proof.Tally tally : proof.tallies()) {
            String then = tally.checksumBefore();
            String now = tally.checksumNow();
            steps.line(
                    "%-20s %,9d %,11d %,11d %,10d  %s",
                    tally.table(),
                    tally.identical(),
                    tally.changed(),
                    tally.created(),
                    tally.diverged(),
                    then.equals(now) ? then + " =" : then + " → " + now);
        }
        proof.tellMore(steps, json.putObject("rollback"));
    }

    /** What has become of the run that the result names. */
    void rolledBack(Run back) {
        json.put("state", back.state());
        json.set("counts", back.json().path("counts"));
    }

    private static String column(JsonNode column) {
        return column.isTextual() ? column.asText() : column.toString();
    }

    private static String counts(JsonNode counts) {
        StringJoiner text = new StringJoiner(", ");
        for (String outcome : Run.OUTCOMES) {
            if (counts.path(outcome).asLong() > 0) {
                text.add(String.format(
                        Locale.ROOT, "%,d %s", counts.path(outcome).asLong(), outcome));
            }
        }
        return text.length() == 0 ? "nothing" : text.toString();
    }
}
