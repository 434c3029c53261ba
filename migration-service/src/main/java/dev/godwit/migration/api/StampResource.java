package dev.godwit.migration.api;

import dev.godwit.migration.access.Caller;
import dev.godwit.migration.access.Role;
import dev.godwit.migration.request.StrictObject;
import dev.godwit.migration.run.Stamps;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
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

/** What was applied elsewhere. */
@Path("/api")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "migrations")
public class StampResource {

    private final Stamps stamps;
    private final Caller caller;

    @Inject
    StampResource(Stamps stamps, Caller caller) {
        this.caller = caller;
        this.stamps = stamps;
    }

    @POST
    @RolesAllowed(Role.ADMINS)
    @Path("/migrations/{name}/stamp")
    @Operation(
            operationId = "stampMigration",
            summary = "Record a migration as applied although no run here applied it, or take that back")
    @RequestBody(content = @Content(schema = @Schema(implementation = Shapes.Stamp.class)))
    @APIResponse(
            responseCode = "200",
            description = "How the migration stands now",
            content = @Content(schema = @Schema(implementation = Shapes.Stamped.class)))
    public Uni<JsonObject> stamp(String name, byte[] body) {
        CommandBody read = CommandBody.read(body);
        StrictObject data = read.data();
        Stamps.Command command = new Stamps.Command(
                name,
                !data.flag("remove"),
                caller.requester().of(data),
                data.optionalRemark("reason"),
                read.commandId());
        data.mustHaveNoMore();
        return stamps.stamp(command);
    }
}
