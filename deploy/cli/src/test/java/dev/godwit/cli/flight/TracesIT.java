package dev.godwit.cli.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.godwit.cli.flight.EventClient.Event;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The connector hands the trace of an event on. */
@ExtendWith(LiveStackExtension.class)
class TracesIT {

    private static final String TOPIC = "godwit.traces-of-a-test";
    private static final String TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    private static final String APPEND = """
            INSERT INTO godwit.outbox (id, topic, key, type, source, subject, payload, traceparent)
            VALUES ('%s', '%s', 'key', 'dev.godwit.test', '/test', NULL, '{}', %s)
            RETURNING id
            """;

    private final LiveStack stack;

    TracesIT(LiveStack stack) {
        this.stack = stack;
    }

    @Test
    void shouldMakeAHeaderOfTheTraceThatAnEventBelongsTo() throws SQLException {
        String traced = append("'" + TRACE + "'");
        String untraced = append("NULL");

        try (EventClient client =
                new EventClient(stack.stack().describe().kafka().bootstrapServers())) {
            await().atMost(Duration.ofSeconds(60))
                    .ignoreExceptions()
                    .until(() -> client.read(TOPIC, event -> event.id().equals(untraced))
                                    .size()
                            == 1);
            List<Event> events = client.read(TOPIC, event -> true);
            assertThat(text(header(events, traced))).isEqualTo(TRACE);
            assertThat(header(events, untraced).value()).isNull();
        }
    }

    private String append(String traceparent) throws SQLException {
        return stack.queryState(APPEND.formatted(UUID.randomUUID(), TOPIC, traceparent))
                .get(0);
    }

    private static Header header(List<Event> events, String id) {
        return events.stream()
                .filter(event -> event.id().equals(id))
                .findFirst()
                .orElseThrow()
                .message()
                .headers()
                .lastHeader("traceparent");
    }

    private static String text(Header header) {
        return new String(header.value(), StandardCharsets.US_ASCII);
    }
}
