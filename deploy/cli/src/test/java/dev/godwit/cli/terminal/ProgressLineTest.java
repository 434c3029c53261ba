package dev.godwit.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.godwit.cli.client.RestClient;
import dev.godwit.cli.client.Run;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProgressLineTest {
    private static final String HALFWAY = """
            {"run":"r1","state":"backfilling","progress":{"entitiesEstimated":20000,"entitiesDone":10000,
             "ratePerSecond":4200.0,"etaSeconds":125,"tailLagMillis":12},"throttle":{"reason":"replication lag"}}
            """;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void shouldShowBarRateTimeLeftLagAndThrottle() throws JsonProcessingException {
        assertThat(ProgressLine.text(run(HALFWAY), true))
                .isEqualTo("r1  backfilling  [############............]  50 % (10,000 of about 20,000)  4,200/s"
                        + "  ETA 2:05 min  lag 12 ms  throttled: replication lag");
    }

    @Test
    void shouldNotPromiseMoreThanAll() throws JsonProcessingException {
        Run run = run(
                "{\"run\":\"r1\",\"state\":\"backfilling\",\"progress\":{\"entitiesEstimated\":10,\"entitiesDone\":15}}");

        assertThat(ProgressLine.text(run, true)).contains("[########################]  100 %");
    }

    @Test
    void shouldWriteAPlainLinePerStateWhereNobodyWatches() throws JsonProcessingException {
        ProgressLine progress = new ProgressLine(terminal(false));

        progress.show(run(HALFWAY));
        progress.show(run(HALFWAY));
        progress.show(run("{\"run\":\"r1\",\"state\":\"completed\",\"reason\":null}"));

        assertThat(err.toString(StandardCharsets.UTF_8).lines().map(line -> line.split("  ")[1]))
                .containsExactly("backfilling", "completed");
        assertThat(out.size()).isZero();
    }

    @Test
    void shouldDrawOverItsLineOnATerminal() throws JsonProcessingException {
        ProgressLine progress = new ProgressLine(terminal(true));

        progress.show(run(HALFWAY));
        progress.show(run(HALFWAY));
        progress.end();
        progress.end();

        String drawn = err.toString(StandardCharsets.UTF_8);
        assertThat(drawn.chars().filter(c -> c == '\r').count()).isEqualTo(2);
        assertThat(drawn.chars().filter(c -> c == '\n').count()).isEqualTo(1);
        assertThat(out.size()).isZero();
    }

    private Terminal terminal(boolean interactive) {
        return new Terminal(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                interactive);
    }

    private static Run run(String json) throws JsonProcessingException {
        return new Run(RestClient.JSON.readTree(json));
    }
}
