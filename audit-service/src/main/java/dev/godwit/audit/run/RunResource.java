package dev.godwit.audit.run;

import io.smallrye.mutiny.Uni;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;

/** Runs over REST. */
@Path("/api/runs")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "runs")
public class RunResource {

    private static final int PAGE_MAX = 1_000;

    private final RunRepository runs;

    RunResource(RunRepository runs) {
        this.runs = runs;
    }

    @GET
    @Operation(
            summary = "Runs, newest first, without plan, verification and streams, page by page",
            description = "'after' is the last run of the page before; a page of fewer runs than 'limit' is the last.")
    public Uni<List<Run>> list(
            @RestQuery String migration,
            @RestQuery String state,
            @RestQuery String after,
            @RestQuery @DefaultValue("100") @Min(1) @Max(PAGE_MAX) int limit) {
        return runs.list(migration, state, after, limit);
    }

    @GET
    @Path("/{id}")
    @Operation(summary = "One run as its newest event tells it")
    public Uni<Run> get(@RestPath String id) {
        return runs.get(id);
    }

    @GET
    @Path("/{id}/transitions")
    @Operation(summary = "The run's changes of state, oldest first")
    public Uni<List<Transition>> transitions(@RestPath String id) {
        return runs.get(id).chain(run -> runs.transitions(run.run()));
    }
}
