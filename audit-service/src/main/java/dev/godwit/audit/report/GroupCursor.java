package dev.godwit.audit.report;

import dev.godwit.audit.api.ProblemException;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A place among a run's groups: those with more outcomes, and of as many those with lesser digests, come before it. */
record GroupCursor(long total, UUID digest) {

    static final GroupCursor START = new GroupCursor(Long.MAX_VALUE, new UUID(0, 0));

    private static final Pattern TEXT = Pattern.compile("([0-9]{1,18})-([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})");

    /** The cursor that {@link #text} wrote; null means the start. */
    static GroupCursor parse(String text) {
        if (text == null) {
            return START;
        }
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw ProblemException.badCursor();
        }
        return new GroupCursor(Long.parseLong(matcher.group(1)), UUID.fromString(matcher.group(2)));
    }

    /** As {@link #parse} reads it. */
    String text() {
        return total + "-" + digest;
    }
}
