package dev.godwit.audit.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which transactions somebody saw, as PostgreSQL writes a {@code pg_snapshot}: the lowest id that was under way, the lowest that was not given yet, and those under way between the two.
 *
 * @param text as PostgreSQL reads it without complaint
 */
record Snapshot(String text) {

    private static final Pattern TEXT =
            Pattern.compile("([0-9]{1,18}):([0-9]{1,18}):((?:[0-9]{1,18}(?:,[0-9]{1,18})*)?)");

    /** Nothing when PostgreSQL would refuse it: people may send anything. */
    static Optional<Snapshot> parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        List<Long> ids = new ArrayList<>();
        ids.add(Long.valueOf(matcher.group(1)));
        if (!matcher.group(3).isEmpty()) {
            List.of(matcher.group(3).split(",")).forEach(id -> ids.add(Long.valueOf(id)));
        }
        ids.add(Long.valueOf(matcher.group(2)));
        return ids.get(0) > 0 && rises(ids) ? Optional.of(new Snapshot(text)) : Optional.empty();
    }

    /** Ends may touch: the first under way may be the lowest, and with none under way both ends are the same. */
    private static boolean rises(List<Long> ids) {
        for (int i = 1; i < ids.size(); i++) {
            boolean inner = i > 1 && i < ids.size() - 1;
            if (ids.get(i) < ids.get(i - 1) || (inner && ids.get(i).equals(ids.get(i - 1)))) {
                return false;
            }
        }
        int last = ids.size() - 1;
        return last == 1 || ids.get(last - 1) < ids.get(last);
    }
}
