package dev.godwit.cli.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.godwit.cli.bench.ContestBench.Pair;
import dev.godwit.cli.client.RestClient;
import dev.godwit.cli.measure.Spread;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * What the pairs measured, with its spread.
 *
 * @param server its version and the settings that matter most
 */
record ContestResult(Contest contest, int entities, List<Pair> pairs, String server) implements Measured {

    /** Lines for people: medians over all pairs, smallest and largest in brackets. */
    @Override
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(Locale.ROOT, "%,d %s", entities, contest.task()));
        lines.add(server + ", " + Runtime.getRuntime().availableProcessors() + " processors");
        lines.add(String.format(
                Locale.ROOT,
                "%d pairs, median (min – max); load average before a pair %s",
                pairs.size(),
                spread(Pair::loadAverage).format(1)));
        lines.add("");
        lines.add(String.format("%-44s %s", "", "entities/s"));
        lines.add(String.format(
                "%-44s %s",
                "floor: one statement, one transaction", spread(Pair::floor).format(0)));
        lines.add(String.format(
                "%-44s %s",
                "Godwit, until the last batch committed",
                spread(Pair::committed).format(0)));
        lines.add(String.format(
                "%-44s %s",
                "Godwit, until verified and completed", spread(Pair::completed).format(0)));
        lines.add(String.format(
                "%-44s %s",
                "Godwit, until the audit trail was complete",
                spread(Pair::audited).format(0)));
        lines.add("");
        lines.add("ratios within a pair");
        lines.add(String.format(
                Locale.ROOT,
                "%-44s %-28s target %.2f",
                "Godwit committed / floor, by the clock",
                committedToFloor().format(2),
                contest.target()));
        lines.add(cpu().ratio());
        lines.add(String.format(
                "%-44s %s", "Godwit completed / floor", completedToFloor().format(2)));
        lines.addAll(cpu().lines());
        return lines;
    }

    private CpuReport cpu() {
        return new CpuReport(pairs.stream().map(Pair::cpu).toList(), contest.target());
    }

    private Spread committedToFloor() {
        return spread(pair -> pair.committed() / pair.floor());
    }

    private Spread completedToFloor() {
        return spread(pair -> pair.completed() / pair.floor());
    }

    private Spread spread(ToDoubleFunction<Pair> of) {
        return Spread.of(pairs.stream().mapToDouble(of).boxed().toList());
    }

    /** One object for programs; rates in entities per second, processor time in microseconds per entity where it could be measured. */
    @Override
    public ObjectNode json() {
        ObjectNode json = RestClient.JSON
                .createObjectNode()
                .put("benchmark", contest.name())
                .put("task", contest.task())
                .put("server", server)
                .put("processors", Runtime.getRuntime().availableProcessors())
                .put("entities", entities)
                .put("pairs", pairs.size());
        ObjectNode rates = json.putObject("entitiesPerSecond");
        BenchResult.spread(rates, "floor", spread(Pair::floor));
        BenchResult.spread(rates, "committed", spread(Pair::committed));
        BenchResult.spread(rates, "completed", spread(Pair::completed));
        BenchResult.spread(rates, "audited", spread(Pair::audited));
        ObjectNode ratios = json.putObject("ratios").put("target", contest.target());
        BenchResult.spread(ratios, "committedToFloor", committedToFloor());
        BenchResult.spread(ratios, "completedToFloor", completedToFloor());
        cpu().addTo(json, ratios);
        BenchResult.spread(json, "loadAverage", spread(Pair::loadAverage));
        return json;
    }
}
