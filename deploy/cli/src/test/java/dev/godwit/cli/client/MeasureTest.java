package dev.godwit.cli.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MeasureTest {

    @ParameterizedTest
    @CsvSource({
        "3520000, bytes, 3.52 MB",
        "999, bytes, 999 B",
        "76.3, percent, 76.3 %",
        "0.123456, ratio, 0.1235",
        "38, documents, 38 documents",
        "38.0, '', 38",
        "null, percent, -"
    })
    void shouldSpellNumbersWithTheirUnits(String value, String unit, String spelled) throws JsonProcessingException {
        assertThat(new Measure(RestClient.JSON.readTree("{\"value\": " + value + ", \"unit\": \"" + unit + "\"}"))
                        .value())
                .isEqualTo(spelled);
    }
}
