package dev.godwit.migration.definition;

import com.google.errorprone.annotations.Immutable;
import java.util.Optional;

/**
 * From which number on a measure is a warning, and from which it is critical; the number itself is still good.
 *
 * @param worse where the number goes when things get worse
 * @param critical empty where nothing is that bad
 */
@Immutable
public record Limits(Worse worse, double warn, Optional<Double> critical) {

    /** Which way is bad. */
    public enum Worse {
        HIGHER,
        LOWER
    }

    public Limits {
        boolean swapped =
                critical.isPresent() && (worse == Worse.HIGHER ? warn > critical.get() : warn < critical.get());
        if (swapped) {
            throw new IllegalArgumentException("critical comes before warn");
        }
    }

    /** The greater, the worse: beyond {@code warn} a warning, and never more. */
    public static Limits above(double warn) {
        return new Limits(Worse.HIGHER, warn, Optional.empty());
    }

    /** The less, the worse: below {@code warn} a warning, and never more. */
    public static Limits below(double warn) {
        return new Limits(Worse.LOWER, warn, Optional.empty());
    }

    /** Whether the number calls for a warning. */
    public boolean isWarning(double value) {
        return isBeyond(value, warn);
    }

    /** Whether the number is critical. */
    public boolean isCritical(double value) {
        return critical.filter(limit -> isBeyond(value, limit)).isPresent();
    }

    private boolean isBeyond(double value, double limit) {
        return worse == Worse.HIGHER ? value > limit : value < limit;
    }
}
