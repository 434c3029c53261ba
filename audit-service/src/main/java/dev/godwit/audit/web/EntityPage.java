package dev.godwit.audit.web;

import dev.godwit.audit.trace.Trace;
import dev.godwit.audit.trace.TraceQuery;
import dev.godwit.audit.trail.TrailRepository;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestQuery;

/** One entity's story, found by any id that it ever had. */
@Path("/entities")
@Produces(MediaType.TEXT_HTML)
public class EntityPage {

    /** The template, checked when the service is built. */
    @CheckedTemplate(basePath = "")
    static final class Pages {

        private Pages() {}

        static native TemplateInstance entity(String table, String key, List<String> tables, Trace trace);
    }

    private final TraceQuery query;
    private final TrailRepository trail;

    EntityPage(TraceQuery query, TrailRepository trail) {
        this.query = query;
        this.trail = trail;
    }

    @GET
    @Operation(hidden = true)
    public Uni<TemplateInstance> entity(@RestQuery String table, @RestQuery String key) {
        boolean asked = table != null && !table.isBlank() && key != null && !key.isEmpty();
        return trail.tables()
                .chain(tables -> asked
                        ? query.trace(table.strip(), key).map(trace -> Pages.entity(table.strip(), key, tables, trace))
                        : Uni.createFrom().item(Pages.entity(table, key, tables, null)));
    }
}
