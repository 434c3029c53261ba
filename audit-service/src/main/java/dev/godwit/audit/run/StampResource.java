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
import org.jboss.resteasy.reactive.RestQuery;

/** Stamps over REST. */
@Path("/api/stamps")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "runs")
public class StampResource {

    private final RunRepository runs;

    StampResource(RunRepository runs) {
        this.runs = runs;
    }

    @GET
    @Operation(summary = "Migrations recorded as applied elsewhere, and such records taken back, newest first")
    public Uni<List<Stamp>> list(@RestQuery @DefaultValue("100") @Min(1) @Max(1_000) int limit) {
        return runs.stamps(limit);
    }
}
