package dev.godwit.migration.api;

import dev.godwit.migration.batch.Outside;
import dev.godwit.migration.definition.Definition;
import dev.godwit.migration.graph.Definitions;
import dev.godwit.migration.plan.Check;
import dev.godwit.migration.plan.Comparison;
import dev.godwit.migration.plan.Doctor;
import dev.godwit.migration.run.GodwitConfig;
import dev.godwit.migration.run.Refusal;
import dev.godwit.migration.run.RunService;
import dev.godwit.migration.tail.HeardDatabases;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Pool;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestQuery;

/** The service's surroundings: whether the database is fit for migrations, and how far changes are captured. */
@Path("/api")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "service")
public class ServiceResource {

    private final RunService runs;
    private final Definitions definitions;
    private final Pool pool;
    private final String slot;
    private final HeardDatabases databases;
    private final Doctor doctor;

    @Inject
    ServiceResource(
            RunService runs,
            Definitions definitions,
            Pool pool,
            GodwitConfig config,
            HeardDatabases databases,
            Outside outside) {
        this.runs = runs;
        this.definitions = definitions;
        this.pool = pool;
        this.slot = config.capture().slot();
        this.databases = databases;
        this.doctor = new Doctor(outside);
    }

    @GET
    @Path("/doctor")
    @Operation(
            operationId = "examineDatabase",
            summary = "Settings and privileges that runs need; with a migration also what stands in its way")
    @APIResponse(
            responseCode = "200",
            description = "Every check, those that fail with the way out",
            content = @Content(schema = @Schema(implementation = Shapes.Examination.class)))
    public Uni<JsonObject> doctor(@RestQuery Optional<String> migration) {
        Optional<Definition> definition =
                migration.filter(name -> !name.isBlank()).map(this::get);
        return pool.withConnection(connection -> definition
                        .map(found -> doctor.examine(connection, slot, found))
                        .orElseGet(() -> doctor.examine(connection, slot)))
                .chain(checks -> Comparison.of(pool, compared(definition)).map(compared -> Stream.concat(
                                checks.stream(), compared.stream().map(Comparison::check))
                        .toList()))
                .chain(checks -> sources().map(more -> Stream.concat(checks.stream(), more.stream())
                        .toList()))
                .map(ServiceResource::toJson);
    }

    /** What is to be said of the databases that imports read. */
    private Uni<List<Check>> sources() {
        return Multi.createFrom()
                .iterable(databases.sources())
                .onItem()
                .transformToUniAndConcatenate(source -> source.pool()
                        .withConnection(there -> doctor.examineSource(there, source.name(), source.slot()))
                        .onFailure()
                        .recoverWithItem(failure -> List.of(Doctor.unreachable(source.name(), failure))))
                .collect()
                .in(ArrayList::new, List::addAll);
    }

    private List<Definition> compared(Optional<Definition> definition) {
        return definition.map(List::of).orElseGet(() -> definitions.current().definitions());
    }

    @GET
    @Path("/capture")
    @Operation(
            operationId = "showCapture",
            summary = "Replication slot, its lag, and whether own writes are hidden from it")
    @APIResponse(
            responseCode = "200",
            description = "State of change capture",
            content = @Content(schema = @Schema(implementation = Shapes.Capture.class)))
    public Uni<JsonObject> capture() {
        return runs.capture();
    }

    private Definition get(String name) {
        return definitions
                .find(name)
                .orElseThrow(() -> new Refusal(
                        Refusal.Kind.NOT_FOUND,
                        "unknown_migration",
                        "no migration is called '" + name + "'; GET /api/migrations lists them"));
    }

    private static JsonObject toJson(List<Check> checks) {
        JsonArray answer = new JsonArray();
        checks.forEach(check -> answer.add(new JsonObject()
                .put("name", check.name())
                .put("status", check.status().wireName())
                .put("detail", check.detail())
                .put("remedy", check.remedy())));
        return new JsonObject().put("checks", answer);
    }
}
