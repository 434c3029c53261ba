package dev.godwit.audit.health;

import dev.godwit.audit.api.ProblemException;
import io.smallrye.mutiny.Uni;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;

/** Health over REST. */
@Path("/api/health")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "health")
public class HealthResource {

    private final HealthQueries health;

    HealthResource(HealthQueries health) {
        this.health = health;
    }

    @GET
    @Operation(summary = "The newest measures of every migration; what is too old is unknown")
    public Uni<List<Health>> latest() {
        return health.latest(null);
    }

    @GET
    @Path("{migration}")
    @Operation(summary = "How the measures of a migration went, oldest first: the last of each span of time")
    public Uni<List<Point>> course(
            @RestPath String migration,
            @RestQuery @DefaultValue("24") @Min(1) @Max(2_160) int hours,
            @RestQuery @DefaultValue("200") @Min(1) @Max(2_000) int points) {
        return health.course(migration, Duration.ofHours(hours), points).invoke(found -> {
            if (found.isEmpty()) {
                throw ProblemException.notFound(
                        "no_measures", "No measure of a migration '" + migration + "' arrived in that time.");
            }
        });
    }
}
