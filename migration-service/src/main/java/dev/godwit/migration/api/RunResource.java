package dev.godwit.migration.api;

import dev.godwit.migration.access.Caller;
import dev.godwit.migration.access.Role;
import dev.godwit.migration.request.Command;
import dev.godwit.migration.request.CommandReader;
import dev.godwit.migration.run.Refusal;
import dev.godwit.migration.run.RunCommand;
import dev.godwit.migration.run.RunPage;
import dev.godwit.migration.run.RunService;
import dev.godwit.migration.run.RunState;
import dev.godwit.migration.telemetry.Spans;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.Arrays;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.ResponseStatus;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.RestResponse;

/** Runs: started, watched and changed. */
@Path("/api/runs")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "runs")
public class RunResource {

    private static final int ACCEPTED = 202;

    private final RunService runs;
    private final Caller caller;
    private final Spans spans;

    @Inject
    RunResource(RunService runs, Caller caller, Spans spans) {
        this.spans = spans;
        this.caller = caller;
        this.runs = runs;
    }

    @POST
    @ResponseStatus(ACCEPTED)
    @Operation(operationId = "startRun", summary = "Start a plan (dry-run, the default) or a commit")
    @RequestBody(required = true, content = @Content(schema = @Schema(implementation = Shapes.StartRun.class)))
    @APIResponse(
            responseCode = "202",
            description = "The run",
            content = @Content(schema = @Schema(implementation = Shapes.Run.class)))
    public Uni<JsonObject> start(byte[] body) {
        CommandBody read = CommandBody.read(body);
        return runs.start(CommandReader.start(read.data(), read.commandId(), caller.requester())
                .within(spans.current()));
    }

    @GET
    @Operation(operationId = "listRuns", summary = "Runs, newest first, page by page")
    @APIResponse(
            responseCode = "200",
            description = "The runs",
            content = @Content(schema = @Schema(type = SchemaType.ARRAY, implementation = Shapes.Run.class)))
    public Uni<JsonArray> list(
            @Parameter(description = "Only runs of this migration") @RestQuery Optional<String> migration,
            @Parameter(description = "Only runs in this state") @RestQuery Optional<String> state,
            @Parameter(description = "The last run of the page before; a page of fewer runs than 'limit' is the last")
                    @RestQuery
                    Optional<String> after,
            @Parameter(
                            description = "At most so many",
                            schema =
                                    @Schema(
                                            type = SchemaType.INTEGER,
                                            minimum = "1",
                                            maximum = "500",
                                            defaultValue = "500"))
                    @RestQuery
                    Optional<String> limit) {
        state.ifPresent(RunResource::mustBeState);
        return runs.runs(new RunPage(
                migration, state, after, limit.map(RunResource::number).orElse(RunPage.LIMIT_MAX)));
    }

    /** What is no number is none that a page takes, and refused as such. */
    private static int number(String text) {
        return text.matches("[0-9]{1,4}") ? Integer.parseInt(text) : 0;
    }

    private static void mustBeState(String state) {
        if (Arrays.stream(RunState.values()).noneMatch(known -> known.wireName().equals(state))) {
            throw new Refusal(Refusal.Kind.BAD_REQUEST, "bad_parameter", "parameter 'state' is no state of a run");
        }
    }

    @GET
    @Path("/{id}")
    @Operation(operationId = "showRun", summary = "One run")
    @APIResponse(
            responseCode = "200",
            description = "The run",
            content = @Content(schema = @Schema(implementation = Shapes.Run.class)))
    public Uni<JsonObject> show(String id) {
        return runs.run(id);
    }

    @GET
    @Path("/{id}/plan")
    @Operation(operationId = "showPlan", summary = "The plan report of a run")
    @APIResponse(
            responseCode = "200",
            description = "Counts, conflicts, references, undeclared references, warnings, refusals, estimates",
            content = @Content(schema = @Schema(type = SchemaType.OBJECT)))
    public Uni<JsonObject> plan(String id) {
        return runs.plan(id);
    }

    @POST
    @Path("/{id}/pause")
    @ResponseStatus(ACCEPTED)
    @Operation(operationId = "pauseRun", summary = "Stop taking batches; what the application writes is remembered")
    @RequestBody(content = @Content(schema = @Schema(implementation = Shapes.ChangeRun.class)))
    @APIResponse(
            responseCode = "202",
            description = "The run",
            content = @Content(schema = @Schema(implementation = Shapes.Run.class)))
    public Uni<JsonObject> pause(String id, byte[] body) {
        return change(RunCommand.PAUSE, id, body);
    }

    @POST
    @Path("/{id}/resume")
    @ResponseStatus(ACCEPTED)
    @Operation(operationId = "resumeRun", summary = "Go on where a paused or failed run was")
    @RequestBody(content = @Content(schema = @Schema(implementation = Shapes.ChangeRun.class)))
    @APIResponse(
            responseCode = "202",
            description = "The run",
            content = @Content(schema = @Schema(implementation = Shapes.Run.class)))
    public Uni<JsonObject> resume(String id, byte[] body) {
        return change(RunCommand.RESUME, id, body);
    }

    @POST
    @Path("/{id}/cancel")
    @ResponseStatus(ACCEPTED)
    @Operation(operationId = "cancelRun", summary = "End a run; what it did stays and can be rolled back")
    @RequestBody(content = @Content(schema = @Schema(implementation = Shapes.ChangeRun.class)))
    @APIResponse(
            responseCode = "202",
            description = "The run",
            content = @Content(schema = @Schema(implementation = Shapes.Run.class)))
    public Uni<JsonObject> cancel(String id, byte[] body) {
        return change(RunCommand.CANCEL, id, body);
    }

    @POST
    @Path("/{id}/complete")
    @ResponseStatus(ACCEPTED)
    @Operation(operationId = "completeRun", summary = "Ask a following run to verify and complete")
    @RequestBody(content = @Content(schema = @Schema(implementation = Shapes.ChangeRun.class)))
    @APIResponse(
            responseCode = "202",
            description = "The run",
            content = @Content(schema = @Schema(implementation = Shapes.Run.class)))
    public Uni<JsonObject> complete(String id, byte[] body) {
        return change(RunCommand.COMPLETE, id, body);
    }

    @POST
    @Path("/{id}/verify")
    @ResponseStatus(ACCEPTED)
    @Operation(operationId = "verifyRun", summary = "Ask a following run to verify; it follows on if it was started so")
    @RequestBody(content = @Content(schema = @Schema(implementation = Shapes.ChangeRun.class)))
    @APIResponse(
            responseCode = "202",
            description = "The run",
            content = @Content(schema = @Schema(implementation = Shapes.Run.class)))
    public Uni<JsonObject> verify(String id, byte[] body) {
        return change(RunCommand.VERIFY, id, body);
    }

    @POST
    @Path("/{id}/retry")
    @ResponseStatus(ACCEPTED)
    @Operation(operationId = "retryRun", summary = "Try the quarantined entities again")
    @RequestBody(content = @Content(schema = @Schema(implementation = Shapes.ChangeRun.class)))
    @APIResponse(
            responseCode = "202",
            description = "The run",
            content = @Content(schema = @Schema(implementation = Shapes.Run.class)))
    public Uni<JsonObject> retry(String id, byte[] body) {
        return change(RunCommand.RETRY, id, body);
    }

    @POST
    @RolesAllowed(Role.ADMINS)
    @Path("/{id}/forget")
    @ResponseStatus(ACCEPTED)
    @Operation(
            operationId = "forgetRun",
            summary = "Drop the journal of an ended run, which can then no longer be undone")
    @RequestBody(content = @Content(schema = @Schema(implementation = Shapes.ChangeRun.class)))
    @APIResponse(
            responseCode = "202",
            description = "The run",
            content = @Content(schema = @Schema(implementation = Shapes.Run.class)))
    public Uni<JsonObject> forget(String id, byte[] body) {
        return change(RunCommand.FORGET, id, body);
    }

    @POST
    @Path("/{id}/rollback")
    @Operation(operationId = "rollBackRun", summary = "Undo a run, or show what that would do")
    @RequestBody(content = @Content(schema = @Schema(implementation = Shapes.RollBackRun.class)))
    @APIResponse(
            responseCode = "200",
            description = "The preview, without commit",
            content = @Content(schema = @Schema(implementation = Shapes.RollbackPreview.class)))
    @APIResponse(
            responseCode = "202",
            description = "The run, with commit",
            content = @Content(schema = @Schema(implementation = Shapes.Run.class)))
    public Uni<RestResponse<JsonObject>> rollback(String id, byte[] body) {
        CommandBody read = CommandBody.read(body);
        boolean commit = read.data().flag("commit");
        Command.Change change =
                CommandReader.change(RunCommand.ROLLBACK, id, read.data(), read.commandId(), caller.requester());
        return commit
                ? execute(change).map(run -> RestResponse.status(RestResponse.Status.ACCEPTED, run))
                : runs.previewRollback(id).map(RestResponse::ok);
    }

    private Uni<JsonObject> change(RunCommand command, String id, byte[] body) {
        CommandBody read = CommandBody.read(body);
        return execute(CommandReader.change(command, id, read.data(), read.commandId(), caller.requester()));
    }

    private Uni<JsonObject> execute(Command.Change change) {
        return runs.command(
                change.command(),
                change.run(),
                change.commandId(),
                change.requestedBy(),
                change.reason(),
                spans.current());
    }
}
