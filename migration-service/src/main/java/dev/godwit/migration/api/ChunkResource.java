package dev.godwit.migration.api;

import dev.godwit.migration.run.ChunkMap;
import dev.godwit.migration.run.RunService;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Where in its tables a run is. */
@Path("/api/runs/{id}/chunks")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "runs")
public class ChunkResource {

    private final RunService runs;
    private final ChunkMap chunks;

    /** The map of a run's chunks. */
    @Schema(name = "ChunkMap")
    record Shape(String run, List<Cell> cells) {}

    /** Neighbouring chunks of a table. */
    @Schema(name = "ChunkCell")
    record Cell(
            String table,

            @Schema(description = "What is done with them: plan, backfill, limited, verify, sweep, undo")
            String kind,

            long fromBlock,

            @Schema(description = "The first block behind them")
            long toBlock,

            long chunks,

            @Schema(enumeration = {"waiting", "begun", "done"})
            String state,

            @Schema(description = "The share of their blocks that has been passed, 0 to 1")
            double passed) {}

    @Inject
    ChunkResource(RunService runs, ChunkMap chunks) {
        this.runs = runs;
        this.chunks = chunks;
    }

    @GET
    @Operation(
            operationId = "showChunks",
            summary = "Which parts of its tables the run has been through, in at most some 500 cells")
    @APIResponse(
            responseCode = "200",
            description =
                    "The newest generation of its chunks; those that are neighbours are told together where there are many",
            content = @Content(schema = @Schema(implementation = Shape.class)))
    public Uni<JsonObject> show(String id) {
        return runs.run(id).chain(run -> chunks.of(id));
    }
}
