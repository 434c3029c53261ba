package dev.godwit.audit.web;

import io.quarkus.qute.TemplateExtension;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** How numbers and times look on pages. */
@TemplateExtension
final class Formats {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

    /** Greater doubles have no fraction anyway. */
    private static final double WHOLE_MAX = 1e15;

    private Formats() {}

    static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number).replace(',', '\u202f');
    }

    static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < WHOLE_MAX
                ? count((long) value)
                : String.format(Locale.ROOT, "%.4g", value);
    }

    /** A value with its unit; shares of one have none. */
    static String measured(double value, String unit) {
        if (unit == null || unit.isEmpty() || unit.equals("ratio")) {
            return number(value);
        }
        return number(value) + " " + (unit.equals("percent") ? "%" : unit);
    }

    static String utc(Instant time) {
        return TIME.format(time);
    }

    static String duration(Duration duration) {
        long seconds = Math.max(0, duration.toSeconds());
        if (seconds < 60) {
            return seconds + " s";
        }
        if (seconds < 3_600) {
            return seconds / 60 + " min " + seconds % 60 + " s";
        }
        if (seconds < 86_400) {
            return seconds / 3_600 + " h " + seconds % 3_600 / 60 + " min";
        }
        return seconds / 86_400 + " d " + seconds % 86_400 / 3_600 + " h";
    }

    static String rounded(double value) {
        return count(Math.round(value));
    }

    /** As a part of an address. */
    static String urlPart(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** The end of a long text that begins as all of its kind do. */
    static String ending(String text) {
        return text.substring(Math.max(0, text.length() - 12));
    }

    static String abbreviated(String text) {
        return text.length() <= 16 ? text : text.substring(0, 12) + "…";
    }
}
