package dev.godwit.migration.api;

import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Shapes of bodies about pace, as OpenAPI shows them. */
final class PaceShapes {

    private PaceShapes() {}

    @Schema(name = "ChangePace", description = "Says at least one of pace, onlyBetween and anyTime")
    record ChangePace(
            @Schema(
                    enumeration = {"gentle", "normal", "full"},
                    nullable = true)
            String pace,

            @Schema(description = "Hours and time zone", example = "22:00-06:00 Europe/Berlin", nullable = true)
            String onlyBetween,

            @Schema(description = "true: the run may work at any time again", defaultValue = "false")
            boolean anyTime,

            String requestedBy,

            @Schema(description = "Idempotency key; the same twice acts once")
            String commandId) {}

    @Schema(name = "Pace")
    record Pace(
            String run,
            String state,

            @Schema(enumeration = {"gentle", "normal", "full"})
            String pace,

            @Schema(nullable = true) String onlyBetween,
            @Schema(nullable = true) Integer maxRate,

            @Schema(
                    description =
                            "What holds the run back: a signal's name, signals, window or max_rate; null when nothing does but its level",
                    nullable = true)
            String reason,

            @Schema(nullable = true) String detail,

            @Schema(description = "Share of what its level allows, 0.1 to 1", nullable = true)
            Double share,

            @Schema(description = "Runs at work that share what their levels allow", nullable = true)
            Integer sharers,

            @Schema(format = "date-time", nullable = true) String stoppedSince,
            @Schema(format = "date-time", nullable = true) String decidedAt,

            @Schema(description = "As last read; empty while the run is not at work")
            List<SignalReading> signals) {}

    @Schema(name = "SignalReading")
    record SignalReading(
            String name,
            String unit,
            @Schema(nullable = true) Double value,
            double soft,
            double hard,

            @Schema(enumeration = {"absent", "good", "near", "soft", "hard", "unknown"})
            String standing,

            @Schema(description = "Why it is not known", nullable = true)
            String detail) {}
}
