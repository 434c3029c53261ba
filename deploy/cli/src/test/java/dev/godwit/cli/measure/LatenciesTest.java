package dev.godwit.cli.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LatenciesTest {

    @Test
    void shouldAnswerExactQuantiles() {
        Latencies latencies = new Latencies();
        for (int i = 2000; i >= 1; i--) {
            latencies.add(i);
        }

        assertThat(latencies.quantile(0.5)).isEqualTo(Duration.ofNanos(1000));
        assertThat(latencies.quantile(0.99)).isEqualTo(Duration.ofNanos(1980));
        assertThat(latencies.quantile(1)).isEqualTo(Duration.ofNanos(2000));
        assertThat(latencies.quantile(0)).isEqualTo(Duration.ofNanos(1));
    }

    @Test
    void shouldAnswerZeroWhenEmpty() {
        assertThat(new Latencies().quantile(0.99)).isZero();
    }

    @Test
    void shouldJoinSamples() {
        Latencies one = new Latencies();
        one.add(10);
        Latencies other = new Latencies();
        other.add(30);
        other.add(20);

        one.addAll(other);

        assertThat(one.count()).isEqualTo(3);
        assertThat(one.quantile(0.5)).isEqualTo(Duration.ofNanos(20));
    }
}
