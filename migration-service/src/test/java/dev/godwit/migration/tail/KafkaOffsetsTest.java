package dev.godwit.migration.tail;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class KafkaOffsetsTest {

    @Test
    void shouldSpeakToTheBrokersAsAllClientsDo() {
        Map<String, Object> settings = KafkaOffsets.settings(Map.of(
                "bootstrap.servers", "kafka:9093",
                "security.protocol", "SSL",
                "ssl.truststore.location", "/ca.p12",
                "request.timeout.ms", "30000",
                "value.deserializer", "of no use here"));

        assertThat(settings)
                .containsEntry("bootstrap.servers", "kafka:9093")
                .containsEntry("security.protocol", "SSL")
                .containsEntry("ssl.truststore.location", "/ca.p12")
                .containsEntry("request.timeout.ms", 5000)
                .doesNotContainKey("value.deserializer");
    }
}
