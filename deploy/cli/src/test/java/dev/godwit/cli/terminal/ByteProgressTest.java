package dev.godwit.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ByteProgressTest {

    @Test
    void shouldTellShareRateAndRemainingTime() {
        assertThat(ByteProgress.text("dump.sql.gz", 25_000_000, 100_000_000, 5_000_000_000L, false))
                .isEqualTo("dump.sql.gz  25 %  25.0 of 100.0 MB  5.0 MB/s  ETA 15 s");
        assertThat(ByteProgress.text("dump.sql", 50, 100, 1_000_000_000L, true))
                .startsWith("dump.sql  [############............]  50 %");
    }
}
