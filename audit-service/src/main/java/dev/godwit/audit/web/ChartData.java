package dev.godwit.audit.web;

import dev.godwit.audit.health.Measure;
import dev.godwit.audit.health.Point;
import dev.godwit.audit.report.Report;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What a chart is drawn from, as JSON: seconds since 1970 and one column of values for each series, nothing where nothing is known.
 *
 * @param columns array of arrays
 * @param series array of {@code {"label","tone"}} for all columns but the first
 */
public record ChartData(String columns, String series) {

    private static final double MILLIS = 1_000;

    static ChartData ofPace(List<Report.Pace> pace) {
        return new ChartData(
                "[" + seconds(pace, Report.Pace::at) + "," + column(pace, Report.Pace::ratePerSecond) + "]",
                "[" + series("entities per second", "line") + "]");
    }

    static ChartData ofMeasure(Measure measure, List<Point> points) {
        StringBuilder columns =
                new StringBuilder("[" + seconds(points, Point::at) + "," + column(points, Point::value));
        StringBuilder series = new StringBuilder("[" + series("value", "line"));
        columns.append(',').append(column(points, point -> measure.warn()));
        series.append(',').append(series("warn", "warn"));
        if (measure.critical() != null) {
            columns.append(',').append(column(points, point -> measure.critical()));
            series.append(',').append(series("critical", "critical"));
        }
        return new ChartData(columns.append(']').toString(), series.append(']').toString());
    }

    private static String series(String label, String tone) {
        return "{\"label\":\"" + label + "\",\"tone\":\"" + tone + "\"}";
    }

    private static <T> String seconds(List<T> rows, Function<T, Instant> time) {
        return column(rows, row -> time.apply(row).toEpochMilli() / MILLIS);
    }

    private static <T> String column(List<T> rows, Function<T, Double> value) {
        return rows.stream()
                .map(value)
                .map(number -> number == null || number.isNaN() || number.isInfinite() ? "null" : number.toString())
                .collect(Collectors.joining(",", "[", "]"));
    }
}
