package dev.godwit.cli.demo;

import com.google.errorprone.annotations.FormatMethod;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** Prints what happens as a list of steps, each with a tick and how long it took. */
public final class Steps {

    /** What a step does; may throw anything. */
    @FunctionalInterface
    public interface Work<T> {
        T run() throws Exception;
    }

    private static final String GREEN = "\u001b[32m";
    private static final String RED = "\u001b[31m";
    private static final String BOLD = "\u001b[1m";
    private static final String FAINT = "\u001b[2m";
    private static final String RESET = "\u001b[0m";
    private static final int TITLE_WIDTH = 54;

    private final PrintStream out;
    private final boolean terminal;
    private final List<String> failures = new ArrayList<>();

    /** @param terminal whether colours and a line that is overwritten are welcome */
    public Steps(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    public void headline(String text) {
        out.println();
        out.println(colour(BOLD, text));
        out.println();
    }

    public void section(String text) {
        out.println();
        out.println("  " + colour(BOLD, text));
    }

    /** Does the work and prints title, time and detail; a failure is marked and passed on. */
    public <T> T step(String title, Work<T> work, Function<T, String> detail) throws Exception {
        if (terminal) {
            out.print("  " + colour(FAINT, "· " + title + " …"));
            out.flush();
        }
        long start = System.nanoTime();
        try {
            T result = work.run();
            line(colour(GREEN, "✓"), title, System.nanoTime() - start, detail.apply(result));
            return result;
        } catch (Exception e) {
            line(colour(RED, "✗"), title, System.nanoTime() - start, "");
            throw e;
        }
    }

    private void line(String mark, String title, long nanos, String detail) {
        String erase = terminal ? "\r\u001b[K" : "";
        String padded = String.format("%-" + TITLE_WIDTH + "s", title);
        String text = String.format(
                Locale.ROOT, "%s  %s %s %6.1f s   %s", erase, mark, padded, nanos / 1e9, colour(FAINT, detail));
        out.println(text.stripTrailing());
    }

    /** Prints a claim with what was found; the differences of one that does not hold follow, and it is remembered. */
    public void check(Check check) {
        String mark = check.holds() ? colour(GREEN, "✓") : colour(RED, "✗");
        String padded = String.format("%-" + TITLE_WIDTH + "s", check.claim());
        out.println("  " + mark + " " + padded + "            " + colour(FAINT, check.found()));
        if (!check.holds()) {
            check.differences().forEach(difference -> out.println("      " + colour(RED, difference)));
            failures.add(check.claim());
        }
    }

    /** A line below a step that says more. */
    @FormatMethod
    public void note(String format, Object... values) {
        out.println("      " + colour(FAINT, String.format(Locale.ROOT, format, values)));
    }

    /** A line in full strength. */
    @FormatMethod
    public void line(String format, Object... values) {
        out.println("  " + String.format(Locale.ROOT, format, values));
    }

    /** Claims that did not hold so far. */
    List<String> failures() {
        return failures;
    }

    private String colour(String code, String text) {
        return terminal && !text.isEmpty() ? code + text + RESET : text;
    }
}
