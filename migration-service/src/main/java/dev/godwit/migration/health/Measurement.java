package dev.godwit.migration.health;

import dev.godwit.migration.batch.Vitals.Reading;
import dev.godwit.migration.definition.Limits;
import dev.godwit.migration.plan.Figure;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A measure as it was taken.
 *
 * @param builtIn whether Godwit brings it along
 * @param reason stable code of why it is not known
 * @param detail a sentence about the reason
 * @param read rows it rests on; empty where only the query knows
 * @param of rows there are, where not all were read
 */
public record Measurement(
        String name,
        boolean builtIn,
        String unit,
        Limits limits,
        OptionalDouble value,
        HealthState state,
        Optional<String> reason,
        Optional<String> detail,
        Optional<Long> read,
        Optional<Long> of,
        Duration took) {

    /** What is measured: everything that is known before. */
    record Subject(String name, boolean builtIn, String unit, Limits limits) {}

    static Measurement of(Subject subject, Reading reading, Duration took) {
        HealthState state = reading.value().isEmpty()
                ? HealthState.EMPTY
                : judge(subject.limits(), reading.value().getAsDouble());
        return new Measurement(
                subject.name(),
                subject.builtIn(),
                subject.unit(),
                subject.limits(),
                reading.value(),
                state,
                Optional.empty(),
                Optional.empty(),
                Optional.of(reading.read()),
                reading.of(),
                took);
    }

    /**
     * What a query of the definition answered.
     *
     * @param read entities that the query could read; empty when it reads the tables themselves
     */
    static Measurement of(Subject subject, double value, Optional<Long> read, Optional<Long> of, Duration took) {
        return new Measurement(
                subject.name(),
                subject.builtIn(),
                subject.unit(),
                subject.limits(),
                OptionalDouble.of(value),
                judge(subject.limits(), value),
                Optional.empty(),
                Optional.empty(),
                read,
                of,
                took);
    }

    static Measurement unknown(Subject subject, String reason, String detail, Duration took) {
        return new Measurement(
                subject.name(),
                subject.builtIn(),
                subject.unit(),
                subject.limits(),
                OptionalDouble.empty(),
                HealthState.UNKNOWN,
                Optional.of(reason),
                Optional.of(detail),
                Optional.empty(),
                Optional.empty(),
                took);
    }

    private static HealthState judge(Limits limits, double value) {
        if (limits.isCritical(value)) {
            return HealthState.CRITICAL;
        }
        return limits.isWarning(value) ? HealthState.WARN : HealthState.OK;
    }

    JsonObject toJson() {
        return new JsonObject()
                .put("name", name)
                .put("builtIn", builtIn)
                .put("unit", unit)
                .put("value", value.isPresent() ? Figure.json(value.getAsDouble()) : null)
                .put("state", state.wireName())
                .put("worse", limits.worse().name().toLowerCase(Locale.ROOT))
                .put("warn", Figure.json(limits.warn()))
                .put("critical", limits.critical().map(Figure::json).orElse(null))
                .put("reason", reason.orElse(null))
                .put("detail", detail.orElse(null))
                .put("read", read.orElse(null))
                .put("of", of.orElse(null))
                .put("millis", took.toMillis());
    }
}
