package dev.godwit.audit.inbox;

import dev.godwit.audit.trail.HashChain;
import dev.godwit.audit.trail.Outcome;
import dev.godwit.audit.trail.OutcomeEvent;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Reads what arrives on godwit.outcomes. */
final class OutcomeReader {

    static final String TYPE = "dev.godwit.outcomes.recorded";

    private static final int OUTCOMES_MAX = 1_000;
    private static final Set<String> MODES = Set.of("plan", "commit");
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern HASH_OR_NONE = Pattern.compile("([0-9a-f]{64})?");

    private OutcomeReader() {}

    static OutcomeEvent read(ConsumerRecord<byte[], byte[]> message) {
        Envelope envelope = Envelope.of(message);
        if (!envelope.type().equals(TYPE)) {
            throw new PoisonException("unknown type " + envelope.type());
        }
        return event(envelope.id(), envelope.data());
    }

    private static OutcomeEvent event(UUID id, Fields data) {
        List<Outcome> outcomes = data.children("outcomes", OUTCOMES_MAX).stream()
                .map(OutcomeReader::outcome)
                .toList();
        data.child("counts").requireCounts(Outcome.KINDS);
        return new OutcomeEvent(
                id,
                data.name("run"),
                data.name("migration"),
                data.oneOf("mode", MODES),
                data.name("lane"),
                data.name("stream"),
                data.number("sequence", 1),
                data.matching("previousHash", HASH_OR_NONE),
                data.matching("hash", HASH),
                data.optionalNumber("batch"),
                data.optionalText("commandId"),
                data.name("table"),
                data.time("at"),
                outcomes,
                outcomes.stream().map(HashChain::leaf).toList());
    }

    private static Outcome outcome(Fields fields) {
        return new Outcome(
                fields.name("table"),
                fields.text("key"),
                fields.optionalText("newKey"),
                fields.oneOf("outcome", Outcome.KINDS),
                fields.optionalText("reason"),
                fields.optionalText("detail"),
                fields.name("salt"),
                fields.optionalChild("replaces").map(OutcomeReader::told).orElse(null));
    }

    private static Outcome.Told told(Fields fields) {
        return new Outcome.Told(fields.oneOf("outcome", Outcome.KINDS), fields.optionalText("reason"));
    }
}
