package dev.godwit.migration.api;

import dev.godwit.migration.access.Caller;
import dev.godwit.migration.request.CommandReader;
import dev.godwit.migration.request.StrictObject;
import dev.godwit.migration.series.SeriesService;
import dev.godwit.migration.telemetry.Spans;
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
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;

/** Migrations with what they depend on: one command, one report. */
@Path("/api/series")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "series")
public class SeriesResource {

    private static final int ACCEPTED = 202;

    private final SeriesService series;
    private final Caller caller;
    private final Spans spans;

    @Inject
    SeriesResource(SeriesService series, Caller caller, Spans spans) {
        this.spans = spans;
        this.caller = caller;
        this.series = series;
    }

    @POST
    @ResponseStatus(ACCEPTED)
    @Operation(
            operationId = "startSeries",
            summary = "Plan or commit migrations and whatever they depend on that is not applied, in order")
    @RequestBody(required = true, content = @Content(schema = @Schema(implementation = Shapes.StartSeries.class)))
    @APIResponse(
            responseCode = "202",
            description = "The series",
            content = @Content(schema = @Schema(implementation = Shapes.Series.class)))
    public Uni<JsonObject> start(byte[] body) {
        CommandBody read = CommandBody.read(body);
        return series.start(CommandReader.series(read.data(), read.commandId(), caller.requester())
                .within(spans.current()));
    }

    @GET
    @Operation(operationId = "listSeries", summary = "Series, newest first, at most 100")
    @APIResponse(
            responseCode = "200",
            description = "The series",
            content = @Content(schema = @Schema(type = SchemaType.ARRAY, implementation = Shapes.Series.class)))
    public Uni<JsonArray> list() {
        return series.list();
    }

    @GET
    @Path("/{id}")
    @Operation(operationId = "showSeries", summary = "One series: the report over all its runs")
    @APIResponse(
            responseCode = "200",
            description = "The series",
            content = @Content(schema = @Schema(implementation = Shapes.Series.class)))
    public Uni<JsonObject> show(String id) {
        return series.find(id);
    }

    @POST
    @Path("/{id}/cancel")
    @ResponseStatus(ACCEPTED)
    @Operation(operationId = "cancelSeries", summary = "Start no further run; one that is in hand goes on")
    @RequestBody(content = @Content(schema = @Schema(implementation = Shapes.ChangeRun.class)))
    @APIResponse(
            responseCode = "202",
            description = "The series",
            content = @Content(schema = @Schema(implementation = Shapes.Series.class)))
    public Uni<JsonObject> cancel(String id, byte[] body) {
        StrictObject data = CommandBody.read(body).data();
        String requestedBy = caller.requester().of(data);
        Optional<String> reason = data.optionalRemark("reason");
        data.mustHaveNoMore();
        return series.cancel(id, requestedBy, reason);
    }
}
