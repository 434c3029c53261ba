package dev.godwit.migration.api;

import dev.godwit.migration.run.RunService;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The service's surroundings: whether the database is fit for migrations, and how far changes are captured. */
@Path("/api")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "service")
public class ServiceResource {

    private final RunService runs;

    @Inject
    ServiceResource(RunService runs) {
        this.runs = runs;
    }

    @GET
    @Path("/capture")
    @Operation(
            operationId = "showCapture",
            summary = "Replication slot, its lag, and whether own writes are hidden from it")
    @APIResponse(
            responseCode = "200",
            description = "State of change capture",
            content = @Content(schema = @Schema(implementation = Shapes.Capture.class)))
    public Uni<JsonObject> capture() {
        return runs.capture();
    }
}
