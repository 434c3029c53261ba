package dev.godwit.migration.api;

import dev.godwit.migration.definition.Definition;
import dev.godwit.migration.definition.DefinitionError;
import dev.godwit.migration.definition.LoadResult;
import dev.godwit.migration.graph.Definitions;
import dev.godwit.migration.run.Refusal;
import dev.godwit.migration.run.RunService;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The migrations on disk, and what the database knows of them. */
@Path("/api")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "migrations")
public class MigrationResource {

    private static final String UNAPPLIED = "unapplied";

    private final Definitions definitions;
    private final RunService runs;

    @Inject
    MigrationResource(Definitions definitions, RunService runs) {
        this.definitions = definitions;
        this.runs = runs;
    }

    @GET
    @Path("/migrations")
    @Operation(operationId = "listMigrations", summary = "All migrations, parents before children")
    public Uni<List<MigrationView>> list() {
        LoadResult current = definitions.current();
        return runs.migrationStates().map(states -> current.definitions().stream()
                .map(definition -> view(definition, states, current, Optional.empty()))
                .toList());
    }

    @GET
    @Path("/migrations/{name}")
    @Operation(operationId = "showMigration", summary = "One migration with the text of its definition")
    public Uni<MigrationView> show(String name) {
        Definition definition = get(name);
        return runs.migrationStates()
                .map(states -> view(definition, states, definitions.current(), Optional.of(definition.text())));
    }

    @GET
    @Path("/migrations/{name}/explain")
    @Operation(operationId = "explainMigration", summary = "Every statement that the migration would execute")
    @APIResponse(
            responseCode = "200",
            description = "The statements",
            content = @Content(schema = @Schema(implementation = Shapes.Explanation.class)))
    public Uni<JsonObject> explain(String name) {
        return runs.explain(get(name).migration());
    }

    @GET
    @Path("/definitions/errors")
    @Operation(operationId = "listDefinitionErrors", summary = "Mistakes in the migrations directory, with the way out")
    public List<DefinitionError> errors() {
        return definitions.current().errors();
    }

    private Definition get(String name) {
        return definitions
                .find(name)
                .orElseThrow(
                        () -> new Refusal(
                                Refusal.Kind.NOT_FOUND,
                                "unknown_migration",
                                "no migration is called '" + name
                                        + "'; GET /api/migrations lists them, GET /api/definitions/errors what could not be read"));
    }

    private static MigrationView view(
            Definition definition, JsonObject states, LoadResult current, Optional<String> text) {
        String file = definition.file().getFileName().toString();
        return new MigrationView(
                definition.migration(),
                definition.description(),
                definition.operation().kind(),
                definition.dependsOn(),
                definition.hash(),
                file,
                states.getString(definition.migration(), UNAPPLIED),
                current.errors().stream()
                        .filter(error -> error.file().equals(file))
                        .toList(),
                text.orElse(null));
    }
}
