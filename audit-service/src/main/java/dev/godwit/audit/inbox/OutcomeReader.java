package dev.godwit.audit.inbox;

import dev.godwit.audit.trail.EncodedOutcomes;
import dev.godwit.audit.trail.EventGroups;
import dev.godwit.audit.trail.HashChain;
import dev.godwit.audit.trail.OutcomeEvent;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Reads what arrives on godwit.outcomes. */
final class OutcomeReader {

    static final String TYPE = "dev.godwit.outcomes.recorded";

    private static final List<String> MODES = List.of("plan", "commit");
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern HASH_OR_NONE = Pattern.compile("([0-9a-f]{64})?");

    private OutcomeReader() {}

    static OutcomeEvent read(ConsumerRecord<byte[], byte[]> message) {
        Envelope.Head head = Envelope.head(message);
        if (!head.type().equals(TYPE)) {
            throw new PoisonException("unknown type " + head.type());
        }
        OutcomeParser parser = new OutcomeParser(message.value());
        parser.parse();
        return event(head.id(), parser);
    }

    private static OutcomeEvent event(UUID id, OutcomeParser data) {
        String run = data.name("run");
        String stream = data.name("stream");
        long sequence = number(data, "sequence");
        String previousHash = matching(data, "previousHash", HASH_OR_NONE);
        String hash = matching(data, "hash", HASH);
        EncodedOutcomes outcomes = data.outcomes();
        byte[] computed = HashChain.eventHash(
                previousHash, run, stream, sequence, id, EventGroups.behind(outcomes.leaves(), data.groups()));
        return new OutcomeEvent(
                id,
                run,
                data.name("migration"),
                mode(data),
                data.name("lane"),
                stream,
                sequence,
                previousHash,
                hash,
                HexFormat.of().formatHex(computed).equals(hash),
                data.optionalNumber("batch"),
                data.optionalText("commandId"),
                data.name("table"),
                time(data),
                outcomes,
                data.groups());
    }

    private static long number(OutcomeParser data, String name) {
        Long number = data.optionalNumber(name);
        if (number == null) {
            throw PoisonException.mismatch(name, "is missing");
        }
        return number;
    }

    private static String matching(OutcomeParser data, String name, Pattern pattern) {
        String text = data.text(name);
        if (!pattern.matcher(text).matches()) {
            throw PoisonException.mismatch(name, "does not match " + pattern.pattern());
        }
        return text;
    }

    private static String mode(OutcomeParser data) {
        String mode = data.text("mode");
        if (!MODES.contains(mode)) {
            throw PoisonException.mismatch("mode", "is none of " + String.join(", ", MODES));
        }
        return mode;
    }

    /** To the microsecond, as PostgreSQL keeps it: it would round what is finer, and an event and its rows must agree. */
    private static Instant time(OutcomeParser data) {
        try {
            return OffsetDateTime.parse(data.text("at")).toInstant().truncatedTo(ChronoUnit.MICROS);
        } catch (DateTimeException e) {
            throw PoisonException.mismatch("at", "is not an ISO 8601 time with an offset");
        }
    }
}
