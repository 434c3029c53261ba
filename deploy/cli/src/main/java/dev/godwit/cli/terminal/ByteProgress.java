package dev.godwit.cli.terminal;

import java.time.Duration;
import java.util.Locale;
import java.util.function.LongConsumer;

/** Shows how much of a file has been read: a bar that is drawn over on a terminal, elsewhere a plain line every few seconds. Writes to standard error. */
public final class ByteProgress implements LongConsumer {
    private static final int WIDTH = 24;
    private static final long DRAWN_NANOS = Duration.ofMillis(200).toNanos();
    private static final long PLAIN_NANOS = Duration.ofSeconds(5).toNanos();

    private final Terminal terminal;
    private final String what;
    private final long total;
    private final long begin = System.nanoTime();
    private long shown = begin;
    private boolean drawn;

    /** @param total bytes of the file */
    public ByteProgress(Terminal terminal, String what, long total) {
        this.terminal = terminal;
        this.what = what;
        this.total = total;
    }

    /** Shows it, unless it did so a moment ago. */
    @Override
    public void accept(long read) {
        long now = System.nanoTime();
        if (now - shown < (terminal.isInteractive() ? DRAWN_NANOS : PLAIN_NANOS)) {
            return;
        }
        shown = now;
        String text = text(what, read, total, now - begin, terminal.isInteractive());
        if (terminal.isInteractive()) {
            terminal.err().print("\r\u001b[K" + text);
            terminal.err().flush();
            drawn = true;
        } else {
            terminal.note(text);
        }
    }

    /** Leaves the bar behind and goes to the next line. */
    public void end() {
        if (drawn) {
            terminal.err().println();
            drawn = false;
        }
    }

    static String text(String what, long read, long total, long nanos, boolean bar) {
        double share = total == 0 ? 1 : Math.min(1, (double) read / total);
        double perSecond = read / (nanos / 1e9);
        int filled = (int) Math.round(share * WIDTH);
        String drawn = bar ? "  [" + "#".repeat(filled) + ".".repeat(WIDTH - filled) + "]" : "";
        return what
                + drawn
                + String.format(
                        Locale.ROOT,
                        "  %.0f %%  %.1f of %.1f MB  %.1f MB/s  ETA %.0f s",
                        share * 100,
                        read / 1e6,
                        total / 1e6,
                        perSecond / 1e6,
                        (total - read) / perSecond);
    }
}
