package dev.godwit.cli.demo;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One claim, looked at.
 *
 * @param claim what is to be true
 * @param found what was counted to say so
 * @param differences what speaks against it, each in one line; empty when the claim holds
 */
public record Check(String claim, String found, List<String> differences) {

    public Check {
        differences = List.copyOf(differences);
    }

    public boolean holds() {
        return differences.isEmpty();
    }

    /** Gathers differences, and keeps only as many as a reader reads. */
    public static final class Findings {
        private static final int SHOWN_MAX = 10;
        private final List<String> shown = new ArrayList<>();
        private int count;

        @FormatMethod
        public void add(String format, Object... values) {
            if (count++ < SHOWN_MAX) {
                shown.add(String.format(format, values));
            }
        }

        @FormatMethod
        public Check check(String claim, @FormatString String format, Object... values) {
            List<String> all = new ArrayList<>(shown);
            if (count > shown.size()) {
                all.add("and " + (count - shown.size()) + " more");
            }
            return new Check(claim, String.format(Locale.ROOT, format, values), all);
        }
    }
}
