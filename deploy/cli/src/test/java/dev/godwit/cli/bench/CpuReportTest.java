package dev.godwit.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.godwit.cli.client.RestClient;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CpuReportTest {

    @Test
    void shouldTellBothContestantsPerEntityAndWhatWorkedBesideThem() {
        CpuUse use = CpuUse.of(
                Map.of(CpuWatch.FLOOR, 2.0, "connect", 9.0),
                Map.of(CpuWatch.FLOOR, 5.0, CpuWatch.GODWIT, 2.5, "connect", 0.5),
                100_000);
        CpuReport report = new CpuReport(List.of(Optional.of(use)), 0.75);
        ObjectNode json = RestClient.JSON.createObjectNode();

        report.addTo(json, json.putObject("ratios"));

        assertThat(use).isEqualTo(new CpuUse(20, 25, Map.of("connect", 5.0)));
        assertThat(report.ratio()).contains("0.80", "target 0.75");
        assertThat(String.join("\n", report.lines())).contains("20.0", "25.0", "connect", "5.0");
        assertThat(json.at("/ratios/committedToFloorByServerCpu/median").asDouble())
                .isEqualTo(0.8);
        assertThat(json.at("/cpuMicrosPerEntity/beside/connect/median").asDouble())
                .isEqualTo(5);
    }

    @Test
    void shouldSayThatNothingWasMeasured() {
        CpuReport report = new CpuReport(List.of(Optional.empty()), 0.75);
        ObjectNode json = RestClient.JSON.createObjectNode();

        report.addTo(json, json);

        assertThat(report.ratio()).contains("not measured");
        assertThat(report.lines()).isEmpty();
        assertThat(json.isEmpty()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "godwit, client backend, godwit",
        "godwit-service, client backend, godwit",
        "godwit, walsender, server: walsender",
        "godwit bench by hand, parallel worker, floor",
        "godwit-audit, client backend, server: sessions of audit-service",
        "psql, client backend, server: other sessions",
        "'', checkpointer, server: processes of its own"
    })
    void shouldKnowWhomASessionWorksFor(String application, String backend, String group) {
        assertThat(CpuWatch.group(application, backend)).isEqualTo(group);
    }
}
