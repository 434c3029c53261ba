package dev.godwit.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.cli.Failure;
import dev.godwit.cli.client.RestClient;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class PaceCommandTest {

    @Test
    void shouldSayWhatHoldsARunBack() throws Exception {
        JsonNode pace = RestClient.JSON.readTree("""
                {"run":"r1","state":"backfilling","pace":"normal","onlyBetween":"22:00-06:00 Europe/Berlin","reason":"probe_latency",
                 "detail":"probe_latency 31.40 ms (limits 8.20 and 250)","share":0.25,"signals":[{"name":"probe_latency"}]}
                """);

        assertThat(PaceCommand.head(pace))
                .containsExactly(
                        "run r1  backfilling  pace normal  only between 22:00-06:00 Europe/Berlin",
                        "  held back by probe_latency: probe_latency 31.40 ms (limits 8.20 and 250)",
                        "  has 25 % of what its level allows");
    }

    @Test
    void shouldSayNothingOfARunThatIsNotAtWork() throws Exception {
        JsonNode pace = RestClient.JSON.readTree(
                "{\"run\":\"r1\",\"state\":\"following\",\"pace\":\"full\",\"onlyBetween\":null,\"reason\":null,\"share\":1,\"signals\":[]}");

        assertThat(PaceCommand.head(pace)).containsExactly("run r1  following  pace full");
    }

    @ParameterizedTest
    @CsvSource({
        "--only-between=22:00-06:00 --time-zone=Europe/Berlin, 22:00-06:00 Europe/Berlin",
        "--time-zone=UTC --only-between=09:30-17:00, 09:30-17:00 UTC"
    })
    void shouldNameTheTimeZoneOfTheHours(String line, String window) {
        assertThat(parsed(line).window()).contains(window);
    }

    @Test
    void shouldMeanThisMachinesClockUnlessToldOtherwise() {
        assertThat(parsed("--only-between=22:00-06:00").window())
                .contains("22:00-06:00 " + ZoneId.systemDefault().getId());
        assertThat(new PaceOptions().window()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--only-between=22-6",
                "--time-zone=UTC",
                "--only-between=22:00-06:00 --time-zone=Nowhere",
                "--only-between=22:00-06:00;DROP"
            })
    void shouldRefuseHoursThatAreNone(String line) {
        assertThatThrownBy(() -> parsed(line).window()).isInstanceOf(Failure.class);
    }

    private static PaceOptions parsed(String line) {
        PaceOptions options = new PaceOptions();
        new CommandLine(options).parseArgs(line.split(" "));
        return options;
    }
}
