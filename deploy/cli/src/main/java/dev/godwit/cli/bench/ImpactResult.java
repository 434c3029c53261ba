package dev.godwit.cli.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.godwit.cli.bench.ImpactBench.GivenWay;
import dev.godwit.cli.bench.ImpactBench.Options;
import dev.godwit.cli.bench.ImpactBench.Pair;
import dev.godwit.cli.client.RestClient;
import dev.godwit.cli.measure.Latencies;
import dev.godwit.cli.measure.Spread;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** What windows with and without a backfill were like, level by level. */
record ImpactResult(Options options, List<Pair> pairs, Optional<GivenWay> givenWay, String conditions)
        implements Measured {

    private static final double P50 = 0.5;

    @Override
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "%,d documents with ten rows each; application at %d/s: of 20, 14 read, 3 update, 3 insert children; %d pairs of windows of %d s",
                options.entities(),
                options.perSecond(),
                options.pairs(),
                options.window().toSeconds()));
        lines.add(conditions + "; load average before a window "
                + spread(pairs, Pair::loadAverage).format(1));
        for (String level : options.levels()) {
            lines.add("");
            lines.addAll(level(level));
        }
        givenWay.ifPresent(it -> {
            lines.add("");
            lines.addAll(givenWay(it));
        });
        return lines;
    }

    private List<String> level(String level) {
        List<Pair> of = of(level);
        return List.of(
                "pace " + level,
                line(
                        "its p50 without, ms",
                        spread(of, pair -> pair.without().all().quantileMillis(P50)),
                        2),
                line("its p50 with, ms", spread(of, pair -> pair.with().all().quantileMillis(P50)), 2),
                line(
                        "its p99 without, ms",
                        spread(of, pair -> p99(pair.without().all())),
                        2),
                line("its p99 with, ms", spread(of, pair -> p99(pair.with().all())), 2),
                line(
                        "p99 of its reads without, ms",
                        spread(of, pair -> p99(pair.without().reads())),
                        2),
                line(
                        "p99 of its reads with, ms",
                        spread(of, pair -> p99(pair.with().reads())),
                        2),
                line(
                        "p99 of its writes without, ms",
                        spread(of, pair -> p99(pair.without().writes())),
                        2),
                line(
                        "p99 of its writes with, ms",
                        spread(of, pair -> p99(pair.with().writes())),
                        2),
                line("p99 with / without, within a pair", spread(of, Pair::p99Ratio), 2)
                        + (level.equals(ImpactBench.DEFAULT_LEVEL)
                                ? String.format(Locale.ROOT, "  target at most %.2f", ImpactBench.TARGET)
                                : ""),
                line("entities/s", spread(of, Pair::rate), 0));
    }

    private static double p99(Latencies latencies) {
        return latencies.quantileMillis(ImpactBench.P99);
    }

    private static List<String> givenWay(GivenWay given) {
        return List.of(
                "a second load that takes what it gets, pace " + ImpactBench.DEFAULT_LEVEL,
                String.format(
                        Locale.ROOT,
                        "  the run gave way            %s",
                        given.yielded()
                                .map(after -> String.format(
                                        Locale.ROOT,
                                        "after %.1f s%s",
                                        after,
                                        given.reason().isEmpty() ? "" : ", by " + given.reason()))
                                .orElse("not at all")),
                String.format(
                        Locale.ROOT,
                        "  had nine tenths again       %s",
                        given.returned()
                                .map(after -> String.format(Locale.ROOT, "%.1f s after its end", after))
                                .orElse("not within a minute")),
                String.format(
                        Locale.ROOT,
                        "  entities/s                  %,.0f before, %,.0f meanwhile",
                        given.rateBefore(),
                        given.rateDuring()));
    }

    private static String line(String what, Spread spread, int decimals) {
        return String.format(Locale.ROOT, "  %-36s %s", what, spread.format(decimals));
    }

    private List<Pair> of(String level) {
        return pairs.stream().filter(pair -> pair.level().equals(level)).toList();
    }

    private static Spread spread(List<Pair> of, ToDoubleFunction<Pair> value) {
        return Spread.of(of.stream().mapToDouble(value).boxed().toList());
    }

    @Override
    public ObjectNode json() {
        ObjectNode json = RestClient.JSON
                .createObjectNode()
                .put("benchmark", "impact")
                .put("entities", options.entities())
                .put("perSecond", options.perSecond())
                .put("windowSeconds", options.window().toSeconds())
                .put("pairs", options.pairs())
                .put("target", ImpactBench.TARGET)
                .put("conditions", conditions);
        BenchResult.spread(json, "loadAverage", spread(pairs, Pair::loadAverage));
        ArrayNode levels = json.putArray("levels");
        for (String level : options.levels()) {
            List<Pair> of = of(level);
            ObjectNode one = levels.addObject().put("pace", level);
            BenchResult.spread(one, "p50MillisWithout", spread(of, pair -> pair.without()
                    .all()
                    .quantileMillis(P50)));
            BenchResult.spread(
                    one, "p50MillisWith", spread(of, pair -> pair.with().all().quantileMillis(P50)));
            BenchResult.spread(
                    one,
                    "p99MillisWithout",
                    spread(of, pair -> p99(pair.without().all())));
            BenchResult.spread(
                    one, "p99MillisWith", spread(of, pair -> p99(pair.with().all())));
            BenchResult.spread(
                    one,
                    "p99MillisOfReadsWithout",
                    spread(of, pair -> p99(pair.without().reads())));
            BenchResult.spread(
                    one,
                    "p99MillisOfReadsWith",
                    spread(of, pair -> p99(pair.with().reads())));
            BenchResult.spread(
                    one,
                    "p99MillisOfWritesWithout",
                    spread(of, pair -> p99(pair.without().writes())));
            BenchResult.spread(
                    one,
                    "p99MillisOfWritesWith",
                    spread(of, pair -> p99(pair.with().writes())));
            BenchResult.spread(one, "p99Ratio", spread(of, Pair::p99Ratio));
            BenchResult.spread(one, "entitiesPerSecond", spread(of, Pair::rate));
        }
        givenWay.ifPresent(it -> json.putObject("secondLoad")
                .put("pace", ImpactBench.DEFAULT_LEVEL)
                .put("secondsUntilYielded", it.yielded().orElse(null))
                .put("reason", it.reason())
                .put("secondsUntilReturned", it.returned().orElse(null))
                .put("entitiesPerSecondBefore", it.rateBefore())
                .put("entitiesPerSecondDuring", it.rateDuring()));
        return json;
    }
}
