package dev.godwit.migration.api;

import dev.godwit.migration.outbox.OutboxResend;
import dev.godwit.migration.outbox.Resend;
import dev.godwit.migration.request.CommandReader;
import dev.godwit.migration.request.StrictObject;
import dev.godwit.migration.run.Refusal;
import dev.godwit.migration.run.Runs;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestQuery;

/** For those who keep what events say: how far they should have heard, and what they missed once more. */
@Path("/api/runs")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "runs")
public class ResendResource {

    private final OutboxResend outbox;
    private final Runs runs;

    @Inject
    ResendResource(OutboxResend outbox, Runs runs) {
        this.outbox = outbox;
        this.runs = runs;
    }

    @GET
    @Path("/versions")
    @Operation(
            operationId = "listVersions",
            summary = "Runs that changed since then, with the number of the newest event")
    @APIResponse(
            responseCode = "200",
            description = "The newest ten thousand",
            content = @Content(schema = @Schema(type = SchemaType.ARRAY, implementation = Shapes.RunVersion.class)))
    public Uni<JsonArray> versions(@RestQuery String since) {
        return runs.versions(time(since));
    }

    private static Instant time(String since) {
        try {
            return Instant.parse(String.valueOf(since));
        } catch (DateTimeParseException e) {
            throw new Refusal(
                    Refusal.Kind.BAD_REQUEST,
                    "bad_parameter",
                    "parameter 'since' is no time like 2026-11-21T10:00:00Z");
        }
    }

    @POST
    @Path("/{id}/resend")
    @Operation(
            operationId = "resendEvents",
            summary = "Publish events of a run again that the outbox still has, piece by piece")
    @RequestBody(required = true, content = @Content(schema = @Schema(implementation = Shapes.Resend.class)))
    @APIResponse(
            responseCode = "200",
            description = "What was sent, and where to go on",
            content = @Content(schema = @Schema(implementation = Shapes.Resent.class)))
    public Uni<JsonObject> send(String id, byte[] body) {
        return outbox.send(CommandReader.resend(id, StrictObject.parse(body))).map(answer -> toJson(id, answer));
    }

    private static JsonObject toJson(String run, Resend.Answer answer) {
        JsonArray sent = new JsonArray();
        answer.sent()
                .forEach(event ->
                        sent.add(new JsonObject().put("stream", event.stream()).put("sequence", event.sequence())));
        return new JsonObject()
                .put("run", run)
                .put("sent", sent)
                .put(
                        "next",
                        answer.next()
                                .map(place -> place.time().toInstant() + " " + place.id())
                                .orElse(null));
    }
}
