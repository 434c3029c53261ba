package dev.godwit.migration.pace;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The hours of each day in which a run may work, in a time zone that is always said: {@code 22:00-06:00 Europe/Berlin}. The first minute belongs to it, the last does not; one
 * that ends before it begins spans midnight.
 */
public record Window(LocalTime from, LocalTime to, ZoneId zone) {

    private static final Pattern FORM = Pattern.compile("(\\d{2}:\\d{2})-(\\d{2}:\\d{2}) (\\S{1,64})");
    private static final DateTimeFormatter MOMENT = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm VV", Locale.ROOT);

    public Window {
        if (from.equals(to)) {
            throw new IllegalArgumentException("a window that begins when it ends is always or never open");
        }
    }

    /** Fails with {@link IllegalArgumentException}, whose message tells the form, when it is none. */
    public static Window parse(String text) {
        Matcher parts = FORM.matcher(text);
        try {
            if (parts.matches()) {
                return new Window(
                        LocalTime.parse(parts.group(1)), LocalTime.parse(parts.group(2)), ZoneId.of(parts.group(3)));
            }
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    "a window is 'HH:MM-HH:MM Area/City', such as '22:00-06:00 Europe/Berlin': " + e.getMessage(), e);
        }
        throw new IllegalArgumentException("a window is 'HH:MM-HH:MM Area/City', such as '22:00-06:00 Europe/Berlin'");
    }

    /** By the clock on the wall there, so that a window keeps its hours when the clocks change. */
    boolean isOpen(Instant now) {
        LocalTime time = now.atZone(zone).toLocalTime();
        boolean begun = !time.isBefore(from);
        boolean over = !time.isBefore(to);
        return from.isBefore(to) ? begun && !over : begun || !over;
    }

    /** When it opens next, for people. */
    String opens(Instant now) {
        ZonedDateTime here = now.atZone(zone);
        LocalDate day = here.toLocalTime().isBefore(from)
                ? here.toLocalDate()
                : here.toLocalDate().plusDays(1);
        return MOMENT.format(day.atTime(from).atZone(zone));
    }

    @Override
    public String toString() {
        return from + "-" + to + " " + zone;
    }
}
