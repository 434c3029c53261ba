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

/** Refused commands over REST. */
@Path("/api/rejections")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "runs")
public class RejectionResource {

    private final RunRepository runs;

    RejectionResource(RunRepository runs) {
        this.runs = runs;
    }

    @GET
    @Operation(summary = "Commands that were not carried out, newest first")
    public Uni<List<Rejection>> list(@RestQuery @DefaultValue("100") @Min(1) @Max(1_000) int limit) {
        return runs.rejections(limit);
    }
}
