package dev.godwit.audit.web;

import dev.godwit.audit.health.HealthQueries;
import dev.godwit.audit.run.Rejection;
import dev.godwit.audit.run.RunRepository;
import dev.godwit.audit.run.Stamp;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** All runs at a glance. */
@Path("/")
@Produces(MediaType.TEXT_HTML)
public class OverviewPage {

    private static final int RUNS = 100;
    private static final int REJECTIONS = 10;
    private static final int STAMPS = 10;

    /** The template, checked when the service is built. */
    @CheckedTemplate(basePath = "")
    static final class Pages {

        private Pages() {}

        static native TemplateInstance overview(
                Glance glance,
                List<RunView> active,
                List<RunView> others,
                List<HealthView> health,
                List<Stamp> stamps,
                List<Rejection> rejections);
    }

    private final RunRepository runs;
    private final HealthQueries health;

    OverviewPage(RunRepository runs, HealthQueries health) {
        this.runs = runs;
        this.health = health;
    }

    @GET
    @Operation(hidden = true)
    public Uni<TemplateInstance> overview() {
        return runs.list(null, null, RUNS)
                .map(found -> found.stream().map(RunView::new).toList())
                .chain(this::page);
    }

    private Uni<TemplateInstance> page(List<RunView> views) {
        return health().chain(health -> runs.stamps(STAMPS).chain(stamps -> runs.rejections(REJECTIONS)
                .map(rejections -> Pages.overview(
                        Glance.of(views, health),
                        views.stream().filter(view -> !view.run().isEnded()).toList(),
                        views.stream().filter(view -> view.run().isEnded()).toList(),
                        health,
                        stamps,
                        rejections))));
    }

    private Uni<List<HealthView>> health() {
        Instant now = Instant.now();
        return health.latest(null).chain(found -> health.course(null, HealthView.SHOWN, HealthView.POINTS)
                .map(course -> found.stream()
                        .map(one -> HealthView.of(one, course, now))
                        .toList()));
    }
}
