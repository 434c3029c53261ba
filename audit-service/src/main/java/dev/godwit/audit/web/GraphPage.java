package dev.godwit.audit.web;

import dev.godwit.audit.migration.MigrationClient;
import dev.godwit.audit.migration.RefusalException;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** The graph of migrations, as migration-service knows it. */
@Path("/graph")
@Produces(MediaType.TEXT_HTML)
public class GraphPage {

    /** The template, checked when the service is built. */
    @CheckedTemplate(basePath = "")
    static final class Pages {

        private Pages() {}

        static native TemplateInstance graph(GraphView graph, String refusal);
    }

    private final MigrationClient migration;

    GraphPage(MigrationClient migration) {
        this.migration = migration;
    }

    @GET
    @Operation(hidden = true)
    public Uni<TemplateInstance> graph() {
        return migration
                .migrations()
                .map(migrations -> Pages.graph(GraphView.of(migrations), null))
                .onFailure(RefusalException.class)
                .recoverWithItem(refusal -> Pages.graph(null, refusal.getMessage()));
    }
}
