package dev.godwit.audit.web;

import dev.godwit.audit.api.ProblemException;
import dev.godwit.audit.health.HealthQueries;
import dev.godwit.audit.report.Report;
import dev.godwit.audit.report.ReportService;
import dev.godwit.audit.run.Rejection;
import dev.godwit.audit.run.RunRepository;
import dev.godwit.audit.run.Stamp;
import dev.godwit.audit.run.Transition;
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
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestResponse;

/** The pages. */
@Path("/")
@Produces(MediaType.TEXT_HTML)
public class PageResource {

    private static final int RUNS = 100;
    private static final int REJECTIONS = 10;
    private static final int STAMPS = 10;

    /** The templates, checked when the service is built. */
    @CheckedTemplate(basePath = "")
    static final class Pages {

        private Pages() {}

        static native TemplateInstance overview(
                List<RunView> active,
                List<RunView> others,
                List<HealthView> health,
                List<Stamp> stamps,
                List<Rejection> rejections);

        static native TemplateInstance run(RunView view, ReportView trail, List<Transition> transitions);

        static native TemplateInstance missing(String id);
    }

    private final RunRepository runs;
    private final ReportService reports;
    private final HealthQueries health;

    PageResource(RunRepository runs, ReportService reports, HealthQueries health) {
        this.runs = runs;
        this.reports = reports;
        this.health = health;
    }

    @GET
    @Operation(hidden = true)
    public Uni<TemplateInstance> overview() {
        return runs.list(null, null, RUNS)
                .map(found -> found.stream().map(RunView::new).toList())
                .chain(views -> health().chain(health -> runs.stamps(STAMPS).chain(stamps -> runs.rejections(REJECTIONS)
                        .map(rejections -> Pages.overview(
                                views.stream()
                                        .filter(view -> !view.run().isEnded())
                                        .toList(),
                                views.stream()
                                        .filter(view -> view.run().isEnded())
                                        .toList(),
                                health,
                                stamps,
                                rejections)))));
    }

    private Uni<List<HealthView>> health() {
        Instant now = Instant.now();
        return health.latest(null).chain(found -> health.course(null, HealthView.SHOWN, HealthView.POINTS)
                .map(course -> found.stream()
                        .map(one -> HealthView.of(one, course, now))
                        .toList()));
    }

    @GET
    @Path("runs/{id}")
    @Operation(hidden = true)
    public Uni<RestResponse<TemplateInstance>> run(@RestPath String id) {
        return reports.report(id)
                .chain(report -> page(id, report))
                .map(RestResponse::ok)
                .onFailure(ProblemException.class)
                .recoverWithItem(() -> RestResponse.status(RestResponse.Status.NOT_FOUND, Pages.missing(id)));
    }

    private Uni<TemplateInstance> page(String id, Report report) {
        return runs.get(id).chain(run -> runs.transitions(id)
                .map(transitions -> Pages.run(new RunView(run), new ReportView(report), transitions)));
    }
}
