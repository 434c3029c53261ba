package dev.godwit.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.cli.bench.ImpactBench.GivenWay;
import dev.godwit.cli.bench.ImpactBench.Options;
import dev.godwit.cli.bench.ImpactBench.Pair;
import dev.godwit.cli.measure.Latencies;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ImpactResultTest {

    @Test
    void shouldCompareWithinPairsAndTellTheMedianOfEachLevel() {
        ImpactResult result = result(
                List.of(
                        new Pair("normal", latencies(4), latencies(5), 700, 1),
                        new Pair("normal", latencies(10), latencies(30), 900, 1),
                        new Pair("normal", latencies(8), latencies(8), 800, 1),
                        new Pair("full", latencies(5), latencies(40), 3000, 2)),
                Optional.empty());

        JsonNode levels = result.json().path("levels");

        assertThat(levels.at("/0/pace").asText()).isEqualTo("normal");
        assertThat(levels.at("/0/p99Ratio/median").asDouble()).isEqualTo(1.25);
        assertThat(levels.at("/0/p99Ratio/max").asDouble()).isEqualTo(3);
        assertThat(levels.at("/0/entitiesPerSecond/median").asDouble()).isEqualTo(800);
        assertThat(levels.at("/1/p99Ratio/median").asDouble()).isEqualTo(8);
        assertThat(String.join("\n", result.lines()))
                .containsOnlyOnce("target at most 1.25")
                .contains("1.25 (1.00 – 3.00)");
    }

    @Test
    void shouldSayWhatASecondLoadDidToTheRun() {
        GivenWay gaveWay = new GivenWay(Optional.of(2.1), "probe_latency", 700, 90, Optional.of(18.0));
        GivenWay stayed = new GivenWay(Optional.empty(), "", 700, 700, Optional.empty());

        assertThat(String.join("\n", result(List.of(), Optional.of(gaveWay)).lines()))
                .contains("after 2.1 s, by probe_latency", "18.0 s after its end", "700 before, 90 meanwhile");
        ImpactResult nothing = result(List.of(), Optional.of(stayed));
        assertThat(String.join("\n", nothing.lines())).contains("not at all", "not within a minute");
        assertThat(nothing.json().at("/secondLoad/secondsUntilYielded").isNull())
                .isTrue();
    }

    private static ImpactResult result(List<Pair> pairs, Optional<GivenWay> givenWay) {
        Options options =
                new Options(1000, 3, 250, Duration.ofSeconds(10), List.of("normal", "full"), Optional.empty());
        return new ImpactResult(options, pairs, givenWay, "PostgreSQL");
    }

    private static Load.Served latencies(int millis) {
        Latencies latencies = new Latencies();
        latencies.add(millis * 1_000_000L);
        return new Load.Served(latencies, new Latencies());
    }
}
