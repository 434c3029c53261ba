package dev.godwit.migration.api;

import dev.godwit.migration.access.Caller;
import dev.godwit.migration.request.CommandReader;
import dev.godwit.migration.run.Paces;
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
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;

/** How fast a run may go, and why it goes no faster. */
@Path("/api/runs/{id}/pace")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "runs")
public class PaceResource {

    private static final int ACCEPTED = 202;

    private final Paces paces;
    private final Caller caller;

    @Inject
    PaceResource(Paces paces, Caller caller) {
        this.caller = caller;
        this.paces = paces;
    }

    @GET
    @Operation(operationId = "showPace", summary = "The pace of a run, what holds it back, and every signal")
    @APIResponse(
            responseCode = "200",
            description = "The pace",
            content = @Content(schema = @Schema(implementation = PaceShapes.Pace.class)))
    public Uni<JsonObject> show(String id) {
        return paces.show(id);
    }

    @POST
    @ResponseStatus(ACCEPTED)
    @Operation(operationId = "changePace", summary = "Change the pace of a run while it runs")
    @RequestBody(required = true, content = @Content(schema = @Schema(implementation = PaceShapes.ChangePace.class)))
    @APIResponse(
            responseCode = "202",
            description = "The pace",
            content = @Content(schema = @Schema(implementation = PaceShapes.Pace.class)))
    public Uni<JsonObject> change(String id, byte[] body) {
        CommandBody read = CommandBody.read(body);
        return paces.change(CommandReader.pace(id, read.data(), read.commandId(), caller.requester()));
    }
}
