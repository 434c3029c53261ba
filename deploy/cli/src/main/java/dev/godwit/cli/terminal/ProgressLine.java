package dev.godwit.cli.terminal;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.cli.client.Run;
import java.time.Duration;
import java.util.Locale;

/**
 * Shows how far a run is: a bar that is drawn over on a terminal; elsewhere a plain line per change of state and every few seconds. Writes to
 * standard error, so that the result stays clean.
 */
public final class ProgressLine {
    private static final int WIDTH = 24;
    private static final long PLAIN_NANOS = Duration.ofSeconds(5).toNanos();

    private final Terminal terminal;
    private String lastState = "";
    private long lastPlain;
    private boolean drawn;

    public ProgressLine(Terminal terminal) {
        this.terminal = terminal;
    }

    /** Shows the run as it is now. */
    public void show(Run run) {
        if (terminal.isInteractive()) {
            terminal.err().print("\r\u001b[K" + text(run, true));
            terminal.err().flush();
            drawn = true;
        } else if (!run.state().equals(lastState) || System.nanoTime() - lastPlain > PLAIN_NANOS) {
            terminal.note(text(run, false));
            lastPlain = System.nanoTime();
        }
        lastState = run.state();
    }

    /** Says something without being overwritten. */
    public void note(String message) {
        end();
        terminal.note(message);
    }

    /** Leaves the bar behind and goes to the next line. */
    public void end() {
        if (drawn) {
            terminal.err().println();
            drawn = false;
        }
    }

    static String text(Run run, boolean bar) {
        JsonNode progress = run.json().path("progress");
        StringBuilder text = new StringBuilder();
        text.append(run.id()).append("  ").append(run.state());
        double done = progress.path("entitiesDone").asDouble();
        double estimated = progress.path("entitiesEstimated").asDouble();
        if (estimated > 0 && !run.isSettled()) {
            double share = Math.min(1, done / estimated);
            if (bar) {
                int filled = (int) Math.round(share * WIDTH);
                text.append("  [")
                        .append("#".repeat(filled))
                        .append(".".repeat(WIDTH - filled))
                        .append(']');
            }
            text.append(String.format(Locale.ROOT, "  %.0f %% (%,.0f of about %,.0f)", share * 100, done, estimated));
        }
        double rate = progress.path("ratePerSecond").asDouble();
        if (rate > 0 && !run.isSettled()) {
            text.append(String.format(Locale.ROOT, "  %,.0f/s", rate));
        }
        if (progress.path("etaSeconds").isNumber() && !run.isSettled()) {
            text.append("  ETA ").append(duration(progress.path("etaSeconds").asLong()));
        }
        if (progress.path("tailLagMillis").isNumber() && !run.isSettled()) {
            text.append("  lag ")
                    .append(progress.path("tailLagMillis").asLong())
                    .append(" ms");
        }
        String throttle = run.json().path("throttle").path("reason").asText("");
        if (!throttle.isEmpty()) {
            text.append("  throttled: ").append(throttle);
        }
        if (!run.reason().isEmpty()) {
            text.append("  (").append(run.reason()).append(')');
        }
        return text.toString();
    }

    private static String duration(long seconds) {
        return seconds < 60 ? seconds + " s" : String.format(Locale.ROOT, "%d:%02d min", seconds / 60, seconds % 60);
    }
}
