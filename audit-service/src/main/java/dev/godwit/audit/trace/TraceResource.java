package dev.godwit.audit.trace;

import dev.godwit.audit.api.ProblemException;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestQuery;

/** The story of one entity over REST. */
@Path("/api/trace")
@Tag(name = "trace")
public class TraceResource {

    private final TraceQuery query;

    TraceResource(TraceQuery query) {
        this.query = query;
    }

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(summary = "What happened to one entity, across its ids, runs and rollbacks, oldest first")
    public Uni<Trace> trace(@RestQuery String table, @RestQuery String key) {
        if (table == null || table.isBlank() || key == null) {
            throw ProblemException.badRequest(
                    "missing_parameter", "Give 'table' (such as public.documents) and 'key'.");
        }
        return query.trace(table, key).invoke(trace -> requireStory(trace));
    }

    private static void requireStory(Trace trace) {
        if (trace.steps().isEmpty()) {
            throw ProblemException.notFound(
                    "unknown_entity", "The trail knows no row of " + trace.table() + " by this key" + letGo(trace));
        }
    }

    private static String letGo(Trace trace) {
        return trace.keptSince() == null ? "." : "; what happened before " + trace.keptSince() + " is no longer kept.";
    }
}
