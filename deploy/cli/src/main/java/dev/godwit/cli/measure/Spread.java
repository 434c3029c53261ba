package dev.godwit.cli.measure;

import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;

/** How repeated measurements of one thing spread. */
public record Spread(double min, double median, double max) {

    /** Zeros when nothing was measured. */
    public static Spread of(Collection<Double> values) {
        if (values.isEmpty()) {
            return new Spread(0, 0, 0);
        }
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(sorted[0], median, sorted[sorted.length - 1]);
    }

    /** {@code median (min – max)} with so many decimals. */
    public String format(int decimals) {
        String number = "%,." + decimals + "f";
        return String.format(Locale.ROOT, number + " (" + number + " – " + number + ")", median, min, max);
    }
}
