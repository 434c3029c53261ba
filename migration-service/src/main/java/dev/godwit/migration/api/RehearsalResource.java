package dev.godwit.migration.api;

import dev.godwit.migration.request.StrictObject;
import dev.godwit.migration.run.RehearsalConfig;
import dev.godwit.migration.run.Rehearsals;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Migrations tried out on a few entities. */
@Path("/api")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "migrations")
public class RehearsalResource {

    private static final int SAMPLE = 100;

    private final Rehearsals rehearsals;
    private final RehearsalConfig config;

    @Inject
    RehearsalResource(Rehearsals rehearsals, RehearsalConfig config) {
        this.rehearsals = rehearsals;
        this.config = config;
    }

    @GET
    @Path("/rehearsal")
    @Operation(
            operationId = "showRehearsal",
            summary = "Whether the database is a copy on which everything may be rehearsed for real")
    @APIResponse(
            responseCode = "200",
            description = "As the service was told",
            content = @Content(schema = @Schema(implementation = Shapes.RehearsalPlace.class)))
    public JsonObject place() {
        return new JsonObject().put("copy", config.copy());
    }

    @POST
    @Path("/migrations/{name}/rehearse")
    @Operation(
            operationId = "rehearseMigration",
            summary = "Migrate and restore a sample of entities, each in a transaction that is rolled back")
    @RequestBody(content = @Content(schema = @Schema(implementation = Shapes.Rehearse.class)))
    @APIResponse(
            responseCode = "200",
            description = "What became of each, what it took, and what was not as before",
            content = @Content(schema = @Schema(type = SchemaType.OBJECT)))
    public Uni<JsonObject> rehearse(String name, byte[] body) {
        StrictObject data = CommandBody.read(body).data();
        int sample = data.optionalNumber("sample", Rehearsals.SAMPLE_MAX)
                .map(Long::intValue)
                .orElse(SAMPLE);
        data.mustHaveNoMore();
        return rehearsals.rehearse(name, sample);
    }
}
