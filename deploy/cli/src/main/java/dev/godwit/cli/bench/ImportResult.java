package dev.godwit.cli.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.godwit.cli.bench.ImportBench.Options;
import dev.godwit.cli.bench.ImportBench.Pair;
import dev.godwit.cli.client.RestClient;
import dev.godwit.cli.measure.Spread;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * What the rounds of the import measured, with its spread.
 *
 * @param server its version and the settings that matter most
 */
record ImportResult(Options options, List<Pair> pairs, String server) implements Measured {

    /** Lines for people: medians over all pairs, smallest and largest in brackets. */
    @Override
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "%,d submissions from one database into another, ids computed; three indexes, a foreign key, a check constraint; %d writes/s to both databases meanwhile",
                options.rows(),
                options.writesPerSecond()));
        lines.add(server + ", " + Runtime.getRuntime().availableProcessors() + " processors");
        lines.add(String.format(
                Locale.ROOT,
                "%d pairs, median (min – max); load average before a pair %s",
                pairs.size(),
                spread(Pair::loadAverage).format(1)));
        lines.add("");
        lines.add(String.format("%-44s %s", "", "rows/s"));
        if (hasForeignTable()) {
            line(lines, "INSERT … SELECT through postgres_fdw", foreign(), 0);
        }
        line(lines, "COPY pipe", spread(Pair::pipe), 0);
        line(lines, "Godwit, until the last batch committed", spread(Pair::committed), 0);
        lines.add("");
        lines.add("ratios within a pair; the floor is the faster plain copy");
        lines.add(String.format(
                Locale.ROOT,
                "%-44s %-28s target %.2f",
                "Godwit committed / floor, by the clock",
                committedToFloor().format(2),
                ImportBench.TARGET));
        lines.add(cpu().ratio());
        lines.addAll(cpu().lines());
        lines.add("");
        lines.add(String.format("%-44s %s", "", "seconds"));
        lines.add(String.format(
                Locale.ROOT,
                "%-44s %-28s target %.2f",
                "until the load's last change had arrived",
                spread(Pair::lagSeconds).format(2),
                ImportBench.LAG_TARGET_SECONDS));
        line(lines, "until verified, completed and in the trail", spread(Pair::completingSeconds), 1);
        lines.add(String.format(
                Locale.ROOT,
                "%,d writes of the applications beside Godwit, %,d of them deletions followed; %,d rows compared, all equal",
                sum(Pair::writes),
                sum(Pair::deleted),
                sum(Pair::compared)));
        return lines;
    }

    private static void line(List<String> lines, String what, Spread spread, int decimals) {
        lines.add(String.format("%-44s %s", what, spread.format(decimals)));
    }

    private boolean hasForeignTable() {
        return pairs.stream().anyMatch(pair -> pair.insertSelect().isPresent());
    }

    private Spread foreign() {
        return Spread.of(
                pairs.stream().flatMap(pair -> pair.insertSelect().stream()).toList());
    }

    private Spread committedToFloor() {
        return spread(pair -> pair.committed() / pair.floor());
    }

    private CpuReport cpu() {
        return new CpuReport(pairs.stream().map(Pair::cpu).toList(), ImportBench.TARGET);
    }

    private Spread spread(ToDoubleFunction<Pair> of) {
        return Spread.of(pairs.stream().mapToDouble(of).boxed().toList());
    }

    private long sum(ToDoubleFunction<Pair> of) {
        return (long) pairs.stream().mapToDouble(of).sum();
    }

    /** One object for programs; rates in rows per second, processor time in microseconds per row where it could be measured. */
    @Override
    public ObjectNode json() {
        ObjectNode json = RestClient.JSON
                .createObjectNode()
                .put("benchmark", "import")
                .put("server", server)
                .put("processors", Runtime.getRuntime().availableProcessors())
                .put("entities", options.rows())
                .put("pairs", pairs.size())
                .put("writesPerSecond", options.writesPerSecond())
                .put("writes", sum(Pair::writes))
                .put("deleted", sum(Pair::deleted))
                .put("compared", sum(Pair::compared));
        ObjectNode rates = json.putObject("entitiesPerSecond");
        if (hasForeignTable()) {
            BenchResult.spread(rates, "insertSelect", foreign());
        }
        BenchResult.spread(rates, "copyPipe", spread(Pair::pipe));
        BenchResult.spread(rates, "committed", spread(Pair::committed));
        ObjectNode ratios = json.putObject("ratios").put("target", ImportBench.TARGET);
        BenchResult.spread(ratios, "committedToFloor", committedToFloor());
        cpu().addTo(json, ratios);
        ObjectNode lag = json.putObject("lagSeconds").put("target", ImportBench.LAG_TARGET_SECONDS);
        BenchResult.spread(lag, "afterLoad", spread(Pair::lagSeconds));
        BenchResult.spread(json, "completingSeconds", spread(Pair::completingSeconds));
        BenchResult.spread(json, "loadAverage", spread(Pair::loadAverage));
        return json;
    }
}
