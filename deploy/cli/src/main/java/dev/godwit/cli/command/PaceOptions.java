package dev.godwit.cli.command;

import dev.godwit.cli.Failure;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** When a run may work. */
final class PaceOptions {
    private static final Pattern HOURS = Pattern.compile("(\\d{2}:\\d{2}-\\d{2}:\\d{2})(?: (\\S+))?");

    @Option(
            names = "--only-between",
            paramLabel = "HH:MM-HH:MM",
            description =
                    "Hours of the day in which the tables are worked on; what the application writes is followed all the same.")
    private String onlyBetween;

    @Option(
            names = "--time-zone",
            paramLabel = "ZONE",
            description = "Whose clock the hours are by, such as Europe/Berlin (default: this machine's).")
    private String timeZone;

    /** The hours with their time zone, which is always said to the service. */
    Optional<String> window() {
        if (onlyBetween == null) {
            if (timeZone != null) {
                throw Failure.usage("--time-zone goes with --only-between");
            }
            return Optional.empty();
        }
        Matcher hours = HOURS.matcher(onlyBetween);
        if (!hours.matches() || (hours.group(2) != null && timeZone != null)) {
            throw Failure.usage("--only-between is HH:MM-HH:MM, such as 22:00-06:00; the zone goes into --time-zone");
        }
        String zone = timeZone != null ? timeZone : hours.group(2);
        return Optional.of(hours.group(1) + " " + zone(zone));
    }

    private static String zone(String name) {
        try {
            return (name == null ? ZoneId.systemDefault() : ZoneId.of(name)).getId();
        } catch (DateTimeException e) {
            throw Failure.usage("'" + name + "' is no time zone; say one like Europe/Berlin");
        }
    }
}
