package dev.godwit.cli.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.godwit.cli.bench.RekeyBench.Impact;
import dev.godwit.cli.bench.RekeyBench.Options;
import dev.godwit.cli.bench.RekeyBench.Pair;
import dev.godwit.cli.client.RestClient;
import dev.godwit.cli.measure.Latencies;
import dev.godwit.cli.measure.Spread;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** What the rounds measured, with its spread. */
record BenchResult(Options options, List<Pair> pairs, List<Impact> impacts) implements Measured {

    /** Lines for people: medians over all rounds, smallest and largest in brackets. */
    @Override
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "%,d entities, %d rows each; %d pairs, median (min – max); load average before a round %s",
                options.entities(),
                BenchTables.ROWS_PER_ENTITY,
                pairs.size(),
                spread(Pair::loadAverage).format(1)));
        lines.add("");
        lines.add(String.format("%-44s %-34s %s", "", "entities/s", "rows/s"));
        rate(lines, "floor: one statement, one transaction", Pair::floor);
        rate(lines, "Godwit, until the last batch committed", Pair::committed);
        rate(lines, "Godwit, until verified and completed", Pair::completed);
        rate(lines, "Godwit, until the audit trail was complete", Pair::audited);
        rate(lines, "naive script, entity by entity (sample)", Pair::naive);
        lines.add("");
        lines.add(String.format("%-44s %s", "ratios within a pair", ""));
        lines.add(String.format(
                Locale.ROOT,
                "%-44s %-28s target %.2f",
                "Godwit committed / floor, by the clock",
                spread(pair -> pair.committed() / pair.floor()).format(2),
                RekeyBench.TARGET));
        lines.add(cpu().ratio());
        ratio(lines, "Godwit completed / floor", pair -> pair.completed() / pair.floor());
        ratio(lines, "Godwit committed / naive", pair -> pair.committed() / pair.naive());
        ratio(lines, "Godwit completed / naive", pair -> pair.completed() / pair.naive());
        lines.addAll(cpu().lines());
        if (!impacts.isEmpty()) {
            impacts(lines);
        }
        return lines;
    }

    private void impacts(List<String> lines) {
        lines.add("");
        lines.add(String.format(
                Locale.ROOT,
                "application at %d writes/s; %d rounds, all their samples together; milliseconds",
                options.writesPerSecond(),
                impacts.size()));
        lines.add(String.format("%-44s %9s %9s %9s", "", "p50", "p99", "samples"));
        latency(lines, "its latency, no migration", Impact::before);
        latency(lines, "its latency, during the backfill", Impact::duringBackfill);
        latency(lines, "its latency, while following", Impact::whileFollowing);
        latency(lines, "tail lag, during the backfill", Impact::lagDuringBackfill);
        latency(lines, "tail lag, while following", Impact::lagWhileFollowing);
        lines.add(String.format(
                Locale.ROOT,
                "%-44s %,d",
                "child inserts refused and repeated",
                impacts.stream().mapToLong(Impact::refused).sum()));
    }

    private CpuReport cpu() {
        return new CpuReport(pairs.stream().map(Pair::cpu).toList(), RekeyBench.TARGET);
    }

    private void rate(List<String> lines, String what, ToDoubleFunction<Pair> of) {
        Spread spread = spread(of);
        lines.add(String.format(
                Locale.ROOT,
                "%-44s %-34s %,.0f",
                what,
                spread.format(0),
                spread.median() * BenchTables.ROWS_PER_ENTITY));
    }

    private void ratio(List<String> lines, String what, ToDoubleFunction<Pair> of) {
        lines.add(String.format("%-44s %s", what, spread(of).format(2)));
    }

    private void latency(List<String> lines, String what, Function<Impact, Latencies> of) {
        Latencies all = together(of);
        lines.add(String.format(
                Locale.ROOT,
                "%-44s %9.1f %9.1f %,9d",
                what,
                all.quantileMillis(0.5),
                all.quantileMillis(0.99),
                all.count()));
    }

    private Spread spread(ToDoubleFunction<Pair> of) {
        return Spread.of(pairs.stream().mapToDouble(of).boxed().toList());
    }

    private Latencies together(Function<Impact, Latencies> of) {
        Latencies all = new Latencies();
        impacts.forEach(impact -> all.addAll(of.apply(impact)));
        return all;
    }

    /** One object for programs; rates in entities per second, times in milliseconds, processor time in microseconds per entity where it could be measured. */
    @Override
    public ObjectNode json() {
        ObjectNode json = RestClient.JSON
                .createObjectNode()
                .put("benchmark", "rekey")
                .put("entities", options.entities())
                .put("rowsPerEntity", BenchTables.ROWS_PER_ENTITY)
                .put("pairs", pairs.size());
        ObjectNode rates = json.putObject("entitiesPerSecond");
        spread(rates, "floor", spread(Pair::floor));
        spread(rates, "committed", spread(Pair::committed));
        spread(rates, "completed", spread(Pair::completed));
        spread(rates, "audited", spread(Pair::audited));
        spread(rates, "naive", spread(Pair::naive));
        ObjectNode ratios = json.putObject("ratios").put("target", RekeyBench.TARGET);
        cpu().addTo(json, ratios);
        spread(ratios, "committedToFloor", spread(pair -> pair.committed() / pair.floor()));
        spread(ratios, "completedToFloor", spread(pair -> pair.completed() / pair.floor()));
        spread(ratios, "committedToNaive", spread(pair -> pair.committed() / pair.naive()));
        spread(ratios, "completedToNaive", spread(pair -> pair.completed() / pair.naive()));
        spread(json, "loadAverage", spread(Pair::loadAverage));
        ObjectNode impact = json.putObject("application")
                .put("writesPerSecond", options.writesPerSecond())
                .put("rounds", impacts.size())
                .put(
                        "refusedChildren",
                        impacts.stream().mapToLong(Impact::refused).sum());
        quantiles(impact, "latencyBefore", together(Impact::before));
        quantiles(impact, "latencyDuringBackfill", together(Impact::duringBackfill));
        quantiles(impact, "latencyWhileFollowing", together(Impact::whileFollowing));
        quantiles(impact, "tailLagDuringBackfill", together(Impact::lagDuringBackfill));
        quantiles(impact, "tailLagWhileFollowing", together(Impact::lagWhileFollowing));
        return json;
    }

    static void spread(ObjectNode parent, String name, Spread spread) {
        parent.putObject(name)
                .put("min", spread.min())
                .put("median", spread.median())
                .put("max", spread.max());
    }

    private static void quantiles(ObjectNode parent, String name, Latencies latencies) {
        parent.putObject(name)
                .put("p50Millis", latencies.quantileMillis(0.5))
                .put("p99Millis", latencies.quantileMillis(0.99))
                .put("samples", latencies.count());
    }
}
