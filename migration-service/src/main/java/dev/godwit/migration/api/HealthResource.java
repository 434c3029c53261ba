package dev.godwit.migration.api;

import dev.godwit.migration.health.HealthReport;
import dev.godwit.migration.run.Refusal;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestQuery;

/** How migrations fare. */
@Path("/api/health")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "migrations")
public class HealthResource {

    private final HealthReport report;

    @Inject
    HealthResource(HealthReport report) {
        this.report = report;
    }

    @GET
    @Operation(
            operationId = "showHealth",
            summary = "The newest measures of all migrations, or of one; with 'now', taken for this answer")
    @APIResponse(
            responseCode = "200",
            description = "Measures with their limits; what is not known is never healthy",
            content = @Content(schema = @Schema(implementation = Shapes.Health.class)))
    public Uni<JsonObject> health(
            @RestQuery Optional<String> migration, @RestQuery @DefaultValue("false") boolean now) {
        Optional<String> one = migration.filter(name -> !name.isBlank());
        return now ? report.measure(one.orElseThrow(HealthResource::nameOne)) : report.read(one);
    }

    private static Refusal nameOne() {
        return new Refusal(Refusal.Kind.BAD_REQUEST, "bad_parameter", "'now' measures one migration: name it");
    }
}
