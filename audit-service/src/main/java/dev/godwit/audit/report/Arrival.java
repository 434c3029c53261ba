package dev.godwit.audit.report;

import dev.godwit.audit.api.ProblemException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How far somebody who listens has come.
 *
 * @param transaction that stored the event; transactions are heard in the order of these
 * @param event number of the event
 * @param position of the outcome within it
 */
record Arrival(long transaction, long event, int position) {

    static final Arrival START = new Arrival(0, 0, 0);

    private static final Pattern TEXT = Pattern.compile("([0-9]{1,18})-([0-9]{1,18})-([0-9]{1,9})");

    /** What {@link #text} wrote; null means the start. */
    static Arrival parse(String text) {
        if (text == null) {
            return START;
        }
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw ProblemException.badRequest(
                    "bad_cursor", "Give 'Last-Event-ID' as the id of the last event that came, or leave it out.");
        }
        return new Arrival(
                Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)), Integer.parseInt(matcher.group(3)));
    }

    /** As {@link #parse} reads it. */
    String text() {
        return transaction + "-" + event + "-" + position;
    }
}
