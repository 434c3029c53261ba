package dev.godwit.migration.api;

import dev.godwit.migration.access.Caller;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.request.Command;
import dev.godwit.migration.request.CommandReader;
import dev.godwit.migration.run.Refusal;
import dev.godwit.migration.run.RunService;
import dev.godwit.migration.telemetry.Spans;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;
import org.jboss.resteasy.reactive.RestQuery;

/** Single entities: migrated on request, and found again by their old key. */
@Path("/api")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "entities")
public class EntityResource {

    private final RunService runs;
    private final Caller caller;
    private final Spans spans;

    @Inject
    EntityResource(RunService runs, Caller caller, Spans spans) {
        this.spans = spans;
        this.caller = caller;
        this.runs = runs;
    }

    @POST
    @Path("/entities/migrate")
    @Consumes(MediaType.APPLICATION_JSON)
    @ResponseStatus(202)
    @Operation(
            operationId = "migrateEntities",
            summary = "Migrate these entities now, within the migration's active run")
    @RequestBody(required = true, content = @Content(schema = @Schema(implementation = Shapes.MigrateEntities.class)))
    @APIResponse(
            responseCode = "202",
            description = "Taken on; outcomes carry the command's id",
            content = @Content(schema = @Schema(implementation = Shapes.Accepted.class)))
    public Uni<JsonObject> migrate(byte[] body) {
        CommandBody read = CommandBody.read(body);
        Command.Migrate command = CommandReader.migrate(read.data(), read.commandId(), caller.requester());
        return runs.migrate(
                command.commandId(), command.migration(), command.keys(), command.requestedBy(), spans.current());
    }

    @GET
    @Path("/ids")
    @Operation(operationId = "findId", summary = "Where the entity with this old key went")
    @APIResponse(
            responseCode = "200",
            description = "Its new key",
            content = @Content(schema = @Schema(implementation = Shapes.Identity.class)))
    @APIResponse(responseCode = "404", description = "No run that is kept rewrote such a key (unknown_id)")
    public Uni<JsonObject> identity(
            @Parameter(description = "Table, such as public.documents", required = true) @RestQuery
                    Optional<String> table,
            @Parameter(description = "Old key", required = true) @RestQuery Optional<String> key) {
        String name = tableName(required("table", table));
        String oldKey = required("key", key);
        return runs.identity(name, oldKey)
                .map(found -> found.orElseThrow(() -> new Refusal(
                        Refusal.Kind.NOT_FOUND, "unknown_id", "no run that is kept rewrote this key of " + name)));
    }

    private static String tableName(String text) {
        try {
            return TableName.parse(text).toString();
        } catch (IllegalArgumentException malformed) {
            throw bad("parameter 'table': " + malformed.getMessage());
        }
    }

    private static String required(String name, Optional<String> value) {
        return value.filter(text -> text.indexOf('\0') < 0)
                .orElseThrow(() -> bad("parameter '" + name + "' is missing or cannot be stored in PostgreSQL"));
    }

    private static Refusal bad(String message) {
        return new Refusal(Refusal.Kind.BAD_REQUEST, "bad_parameter", message);
    }
}
