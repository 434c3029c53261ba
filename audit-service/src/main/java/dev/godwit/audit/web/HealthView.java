package dev.godwit.audit.web;

import dev.godwit.audit.health.Health;
import dev.godwit.audit.health.Measure;
import dev.godwit.audit.health.Point;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How a migration fares, as the overview shows it. */
public record HealthView(Health health, List<MeasureView> measures) {

    /** So much of the past is drawn. */
    static final Duration SHOWN = Duration.ofHours(6);

    /** So many points at most. */
    static final int POINTS = 120;

    private static final double WIDTH = 160;
    private static final double HEIGHT = 32;

    static HealthView of(Health health, List<Point> course, Instant now) {
        return new HealthView(
                health,
                health.measures().stream()
                        .map(measure -> MeasureView.of(measure, health.course(measure, course), now))
                        .toList());
    }

    /** Name of the style of the state's badge. */
    public String tone() {
        return tone(health.state());
    }

    /** Name of the style of a state. */
    static String tone(String state) {
        return switch (state) {
            case "ok" -> "done";
            case "warn" -> "waiting";
            case "empty" -> "undone";
            default -> "bad";
        };
    }

    /**
     * A measure with its course, drawn into a box of 160 by 32.
     *
     * @param lines runs of points without a gap between them, as SVG writes them
     * @param warnAt height of the limit of warnings
     * @param criticalAt height of the critical limit; null where there is none
     */
    public record MeasureView(Measure measure, List<String> lines, String warnAt, String criticalAt) {

        static MeasureView of(Measure measure, List<Point> course, Instant now) {
            Scale scale = Scale.of(measure, course);
            return new MeasureView(
                    measure,
                    lines(course, scale, now),
                    at(scale.height(measure.warn())),
                    measure.critical() == null ? null : at(scale.height(measure.critical())));
        }

        /** Name of the style of the state's badge. */
        public String tone() {
            return HealthView.tone(measure.state());
        }

        /** The value with its unit; a dash where there is none. */
        public String value() {
            return measure.value() == null ? "–" : Formats.measured(measure.value(), measure.unit());
        }

        /** The limits in words. */
        public String limits() {
            String beyond = measure.worse().equals("higher") ? "> " : "< ";
            String warn = "warn " + beyond + Formats.number(measure.warn());
            return measure.critical() == null
                    ? warn
                    : warn + ", critical " + beyond + Formats.number(measure.critical());
        }

        /** What the value rests on; null where nothing is to be said about it. */
        public String sample() {
            return measure.of() == null
                    ? null
                    : Formats.count(measure.read()) + " of about " + Formats.count(measure.of()) + " rows";
        }

        private static List<String> lines(List<Point> course, Scale scale, Instant now) {
            List<String> lines = new ArrayList<>();
            StringBuilder line = new StringBuilder();
            for (Point point : course) {
                if (point.value() == null) {
                    end(line, lines);
                } else {
                    double age = Duration.between(point.at(), now).toMillis() / (double) SHOWN.toMillis();
                    line.append(at(WIDTH * Math.max(0, 1 - age)))
                            .append(',')
                            .append(at(scale.height(point.value())))
                            .append(' ');
                }
            }
            end(line, lines);
            return lines;
        }

        private static void end(StringBuilder line, List<String> lines) {
            if (line.length() > 0) {
                lines.add(line.toString().strip());
                line.setLength(0);
            }
        }
    }

    /** From values to heights: values and limits all fit in, greater ones are higher. */
    private record Scale(double least, double most) {

        static Scale of(Measure measure, List<Point> course) {
            double least = measure.warn();
            double most = measure.warn();
            List<Double> all = new ArrayList<>();
            course.stream().map(Point::value).forEach(all::add);
            all.add(measure.value());
            all.add(measure.critical());
            for (Double value : all) {
                if (value != null) {
                    least = Math.min(least, value);
                    most = Math.max(most, value);
                }
            }
            return most > least ? new Scale(least, most) : new Scale(least - 1, most + 1);
        }

        double height(double value) {
            double margin = 2;
            return margin + (HEIGHT - 2 * margin) * (1 - (value - least) / (most - least));
        }
    }

    private static String at(double place) {
        return String.format(Locale.ROOT, "%.1f", place);
    }
}
