package dev.godwit.audit.web;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.audit.api.ProblemException;
import dev.godwit.audit.migration.MigrationClient;
import dev.godwit.audit.migration.RefusalException;
import dev.godwit.audit.report.Report;
import dev.godwit.audit.report.ReportService;
import dev.godwit.audit.run.RunRepository;
import dev.godwit.audit.run.Transition;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestResponse;

/** A run: what the trail has of it, and parts that only migration-service knows, for which the page does not wait. */
@Path("/runs/{id}")
@Produces(MediaType.TEXT_HTML)
public class RunPage {

    /** The templates, checked when the service is built. */
    @CheckedTemplate(basePath = "")
    static final class Pages {

        private Pages() {}

        static native TemplateInstance run(RunView view, ReportView trail, List<Transition> transitions);

        static native TemplateInstance missing(String id);

        static native TemplateInstance chunks(ChunkMapView map, String refusal);

        static native TemplateInstance statements(List<Statement> statements, String refusal);
    }

    /** A statement that the migration would execute. */
    public record Statement(String name, String purpose, String sql) {

        static Statement of(JsonNode statement) {
            return new Statement(
                    statement.path("name").asText(),
                    statement.path("purpose").asText(),
                    statement.path("sql").asText());
        }
    }

    private final RunRepository runs;
    private final ReportService reports;
    private final MigrationClient migration;

    RunPage(RunRepository runs, ReportService reports, MigrationClient migration) {
        this.runs = runs;
        this.reports = reports;
        this.migration = migration;
    }

    @GET
    @Operation(hidden = true)
    public Uni<RestResponse<TemplateInstance>> run(@RestPath String id) {
        return reports.report(id)
                .chain(report -> page(id, report))
                .map(RestResponse::ok)
                .onFailure(ProblemException.class)
                .recoverWithItem(() -> missing(id));
    }

    /** For whoever asks for a run that nothing is known of. */
    static RestResponse<TemplateInstance> missing(String id) {
        return RestResponse.status(RestResponse.Status.NOT_FOUND, Pages.missing(id));
    }

    private Uni<TemplateInstance> page(String id, Report report) {
        return runs.get(id).chain(run -> runs.transitions(id)
                .map(transitions -> Pages.run(new RunView(run), new ReportView(report), transitions)));
    }

    @GET
    @Path("chunks")
    @Operation(hidden = true)
    public Uni<TemplateInstance> chunks(@RestPath String id) {
        return runs.get(id)
                .chain(run -> migration.chunks(run.run()))
                .map(answer -> Pages.chunks(ChunkMapView.of(answer), null))
                .onFailure(RefusalException.class)
                .recoverWithItem(refusal -> Pages.chunks(null, refusal.getMessage()));
    }

    @GET
    @Path("statements")
    @Operation(hidden = true)
    public Uni<TemplateInstance> statements(@RestPath String id) {
        return runs.get(id)
                .chain(run -> migration.explain(run.migration()))
                .map(answer -> Pages.statements(statements(answer), null))
                .onFailure(RefusalException.class)
                .recoverWithItem(refusal -> Pages.statements(List.of(), refusal.getMessage()));
    }

    private static List<Statement> statements(JsonNode answer) {
        return StreamSupport.stream(answer.path("statements").spliterator(), false)
                .map(Statement::of)
                .toList();
    }
}
