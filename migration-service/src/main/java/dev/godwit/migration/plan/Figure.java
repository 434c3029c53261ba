package dev.godwit.migration.plan;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a query of one number came to.
 *
 * @param value empty when there is none, and {@code reason} says why
 * @param reason stable code: timeout, refused, no_value, not_one_value, not_a_number
 * @param detail a sentence about the reason
 * @param read entities that it could read; empty when it reads none
 * @param of entities there are, where not all were read
 */
public record Figure(
        OptionalDouble value,
        Optional<String> reason,
        Optional<String> detail,
        Optional<Long> read,
        Optional<Long> of) {

    static Figure of(double value) {
        return new Figure(
                OptionalDouble.of(value), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    static Figure unknown(String reason, String detail) {
        return new Figure(
                OptionalDouble.empty(), Optional.of(reason), Optional.of(detail), Optional.empty(), Optional.empty());
    }

    Figure restingOn(long entities, Optional<Long> outOf) {
        return new Figure(value, reason, detail, Optional.of(entities), outOf);
    }

    /** A number as JSON has it: without a point where it has no fraction. */
    public static Number json(double value) {
        boolean whole = value == Math.rint(value) && Math.abs(value) < 1L << 53;
        if (whole) {
            return (long) value;
        }
        return value;
    }
}
