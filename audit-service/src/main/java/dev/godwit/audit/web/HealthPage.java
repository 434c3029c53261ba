package dev.godwit.audit.web;

import dev.godwit.audit.health.Health;
import dev.godwit.audit.health.HealthQueries;
import dev.godwit.audit.health.Measure;
import dev.godwit.audit.health.Point;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestQuery;

/** How measures went over time, with their limits. */
@Path("/health")
@Produces(MediaType.TEXT_HTML)
public class HealthPage {

    /** So much of the past can be asked for, in hours. */
    private static final List<Integer> SPANS = List.of(1, 6, 24, 168);

    private static final int POINTS = 150;

    /** The template, checked when the service is built. */
    @CheckedTemplate(basePath = "")
    static final class Pages {

        private Pages() {}

        static native TemplateInstance health(List<Migration> migrations, int hours, List<Integer> spans);
    }

    /** A migration with its measures. */
    public record Migration(Health health, String tone, List<Course> courses) {}

    /** A measure with its course: the chart's columns, and the same for those who do not see it. */
    public record Course(HealthView.MeasureView view, ChartData chart, List<Point> points) {

        static Course of(Measure measure, List<Point> points) {
            return new Course(
                    HealthView.MeasureView.of(measure, List.of(), Instant.EPOCH),
                    ChartData.ofMeasure(measure, points),
                    points);
        }

        /** The last few, newest first. */
        public List<Point> newest() {
            int shown = 20;
            List<Point> last = points.subList(Math.max(0, points.size() - shown), points.size());
            List<Point> reversed = new ArrayList<>(last);
            Collections.reverse(reversed);
            return reversed;
        }
    }

    private final HealthQueries health;

    HealthPage(HealthQueries health) {
        this.health = health;
    }

    @GET
    @Operation(hidden = true)
    public Uni<TemplateInstance> health(@RestQuery @DefaultValue("6") int hours) {
        int span = SPANS.contains(hours) ? hours : SPANS.get(1);
        return health.latest(null).chain(latest -> health.course(null, Duration.ofHours(span), POINTS)
                .map(points -> Pages.health(
                        latest.stream().map(each -> migration(each, points)).toList(), span, SPANS)));
    }

    private static Migration migration(Health health, List<Point> points) {
        return new Migration(
                health,
                HealthView.tone(health.state()),
                health.measures().stream()
                        .map(measure -> Course.of(measure, health.course(measure, points)))
                        .toList());
    }
}
