package dev.godwit.audit.report;

import dev.godwit.audit.api.ProblemException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How far somebody has paged through a run's outcomes, and when that began: events are numbered before their transactions commit, so that one with a lower number may come in
 * later, before the place that was reached. All pages therefore show the trail as the first one saw it.
 *
 * @param seen what the first page saw; null before the first
 * @param event number of the last event shown
 * @param position of the last outcome shown within it
 */
public record OutcomeCursor(Snapshot seen, long event, int position) {

    static final OutcomeCursor START = new OutcomeCursor(null, 0, 0);

    private static final Pattern TEXT = Pattern.compile("([0-9:,]{1,4000})-([0-9]{1,18})-([0-9]{1,9})");

    /** The cursor that {@link #text} wrote; null means the start. */
    public static OutcomeCursor parse(String text) {
        if (text == null) {
            return START;
        }
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw ProblemException.badCursor();
        }
        return new OutcomeCursor(
                Snapshot.parse(matcher.group(1)).orElseThrow(ProblemException::badCursor),
                Long.parseLong(matcher.group(2)),
                Integer.parseInt(matcher.group(3)));
    }

    /** As {@link #parse} reads it. */
    public String text() {
        return seen.text() + "-" + event + "-" + position;
    }
}
