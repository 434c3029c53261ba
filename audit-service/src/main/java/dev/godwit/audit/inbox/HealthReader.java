package dev.godwit.audit.inbox;

import dev.godwit.audit.health.HealthEvent;
import dev.godwit.audit.health.Measure;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Reads what arrives on godwit.health. */
final class HealthReader {

    private static final String MEASURED = "dev.godwit.health.measured";
    private static final int MEASURES_MAX = 100;
    private static final Set<String> STATES = Set.of("ok", "empty", "warn", "unknown", "critical");
    private static final Set<String> WAYS = Set.of("higher", "lower");

    private HealthReader() {}

    static HealthEvent read(ConsumerRecord<byte[], byte[]> message) {
        Envelope envelope = Envelope.of(message);
        if (!MEASURED.equals(envelope.type())) {
            throw new PoisonException("unknown type " + envelope.type());
        }
        Fields data = envelope.data();
        List<Measure> measures = data.children("measures", MEASURES_MAX).stream()
                .map(HealthReader::measure)
                .toList();
        Set<String> names = new HashSet<>();
        if (!measures.stream().map(Measure::name).allMatch(names::add)) {
            throw new PoisonException("two measures of one name");
        }
        double every = data.decimal("everySeconds");
        if (every <= 0) {
            throw new PoisonException("schema mismatch: everySeconds is not positive");
        }
        return new HealthEvent(
                envelope.id(),
                data.name("migration"),
                data.optionalText("definitionHash"),
                data.optionalText("instance"),
                data.number("turn", 1),
                data.time("at"),
                every,
                data.oneOf("state", STATES),
                measures);
    }

    private static Measure measure(Fields data) {
        return new Measure(
                data.name("name"),
                data.flag("builtIn"),
                data.text("unit"),
                data.optionalDecimal("value"),
                data.oneOf("state", STATES),
                data.oneOf("worse", WAYS),
                data.decimal("warn"),
                data.optionalDecimal("critical"),
                data.optionalText("reason"),
                data.optionalText("detail"),
                data.optionalNumber("read"),
                data.optionalNumber("of"));
    }
}
