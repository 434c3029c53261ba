package dev.godwit.audit.report;

import dev.godwit.audit.api.ProblemException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A place in the trail: the event's number and the outcome's within it. */
public record OutcomeCursor(long event, int position) {

    static final OutcomeCursor START = new OutcomeCursor(0, 0);

    private static final Pattern TEXT = Pattern.compile("([0-9]{1,18})-([0-9]{1,9})");

    /** The cursor that {@link #text} wrote; null means the start. */
    public static OutcomeCursor parse(String text) {
        if (text == null) {
            return START;
        }
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw ProblemException.badRequest(
                    "bad_cursor", "Give 'after' as the 'next' of the page before, or leave it out.");
        }
        return new OutcomeCursor(Long.parseLong(matcher.group(1)), Integer.parseInt(matcher.group(2)));
    }

    /** As {@link #parse} reads it. */
    public String text() {
        return event + "-" + position;
    }
}
