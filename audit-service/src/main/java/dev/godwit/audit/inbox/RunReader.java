package dev.godwit.audit.inbox;

import dev.godwit.audit.run.PaceChange;
import dev.godwit.audit.run.Rejection;
import dev.godwit.audit.run.RunEvent;
import dev.godwit.audit.run.RunMessage;
import dev.godwit.audit.run.Stamp;
import dev.godwit.audit.run.StreamEnd;
import dev.godwit.audit.trail.Outcome;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Reads what arrives on godwit.runs. */
final class RunReader {

    private static final String STATE_CHANGED = "dev.godwit.run.state-changed";
    private static final String PROGRESS = "dev.godwit.run.progress";
    private static final String PACE_CHANGED = "dev.godwit.run.pace-changed";
    private static final String REJECTED = "dev.godwit.command.rejected";
    private static final String STAMPED = "dev.godwit.migration.stamped";

    private static final Pattern HASH = Pattern.compile("([0-9a-f]{64})?");
    private static final Set<String> MODES = Set.of("plan", "commit");
    private static final Set<String> PACES = Set.of("gentle", "normal", "full");
    private static final Set<String> STAMPS = Set.of("applied", "unapplied");

    private RunReader() {}

    static RunMessage read(ConsumerRecord<byte[], byte[]> message) {
        Envelope envelope = Envelope.of(message);
        return switch (envelope.type()) {
            case STATE_CHANGED -> run(envelope.id(), true, envelope.data());
            case PROGRESS -> run(envelope.id(), false, envelope.data());
            case PACE_CHANGED -> pace(envelope.id(), envelope.data());
            case REJECTED -> rejection(envelope.id(), envelope.data());
            case STAMPED -> stamp(envelope.id(), envelope.data());
            default -> throw new PoisonException("unknown type " + envelope.type());
        };
    }

    private static RunEvent run(UUID id, boolean transition, Fields data) {
        data.child("counts").requireCounts(Outcome.KINDS);
        return new RunEvent(
                id,
                transition,
                data.name("run"),
                data.name("migration"),
                data.optionalText("operation"),
                data.oneOf("mode", MODES),
                data.name("state"),
                data.optionalText("previousState"),
                data.optionalText("reason"),
                data.optionalText("requestedBy"),
                data.optionalText("commandId"),
                data.optionalText("definitionHash"),
                data.time("createdAt"),
                data.time("at"),
                data.number("version", 0),
                data.document("counts"),
                data.document("references"),
                data.document("progress"),
                data.document("throttle") == null
                        ? null
                        : data.child("throttle").optionalText("reason"),
                data.document("plan"),
                data.document("verification"),
                streams(data),
                data.optionalText("asOf"));
    }

    private static String streams(Fields data) {
        String document = data.document("streams");
        if (document != null && !StreamEnd.parse(document).stream().allMatch(RunReader::isWellFormed)) {
            throw new PoisonException("schema mismatch: streams holds an end without stream, sequence or hash");
        }
        return document;
    }

    private static boolean isWellFormed(StreamEnd end) {
        return end.stream() != null
                && end.sequence() >= 0
                && end.hash() != null
                && HASH.matcher(end.hash()).matches();
    }

    private static PaceChange pace(UUID id, Fields data) {
        Fields from = data.child("from");
        Fields to = data.child("to");
        return new PaceChange(
                id,
                data.name("run"),
                from.oneOf("pace", PACES),
                from.optionalText("onlyBetween"),
                to.oneOf("pace", PACES),
                to.optionalText("onlyBetween"),
                data.optionalText("requestedBy"),
                data.optionalText("reason"),
                data.optionalText("commandId"),
                data.time("at"));
    }

    private static Rejection rejection(UUID id, Fields data) {
        return new Rejection(
                id,
                data.optionalText("commandId"),
                data.optionalText("type"),
                data.optionalText("migration"),
                data.optionalText("run"),
                data.name("code"),
                data.text("message"),
                data.optionalText("requestedBy"),
                data.time("at"));
    }

    private static Stamp stamp(UUID id, Fields data) {
        return new Stamp(
                id,
                data.name("migration"),
                data.oneOf("state", STAMPS),
                data.optionalText("definitionHash"),
                data.optionalText("requestedBy"),
                data.optionalText("reason"),
                data.optionalText("commandId"),
                data.time("at"));
    }
}
