package dev.godwit.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.godwit.cli.client.RestClient;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HealthCommandTest {

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
        assertThat(HealthCommand.value(
                        RestClient.JSON.readTree("{\"value\": " + value + ", \"unit\": \"" + unit + "\"}")))
                .isEqualTo(spelled);
    }
}
