package dev.godwit.audit.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CsvTest {

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {
                "plain|plain",
                "a,b|\"a,b\"",
                "say \"hi\"|\"say \"\"hi\"\"\"",
                "` lead`|\" lead\"",
                "=1+1|=1+1",
            })
    void shouldQuoteWhatWouldBeReadOtherwise(String value, String expected) {
        assertThat(Csv.field(value)).isEqualTo(expected);
    }

    @Test
    void shouldTellNothingFromEmptyAndKeepLineBreaks() {
        assertThat(Csv.field(null)).isEmpty();
        assertThat(Csv.field("")).isEqualTo("\"\"");
        assertThat(Csv.field("a\r\nb")).isEqualTo("\"a\r\nb\"");
    }
}
