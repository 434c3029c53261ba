package dev.godwit.migration.run;

import dev.godwit.migration.catalog.ProvidedObjects.Standing;
import dev.godwit.migration.definition.Definition;
import dev.godwit.migration.graph.Definitions;
import dev.godwit.migration.outbox.Outbox;
import dev.godwit.migration.plan.Comparison;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/** Migrations that are recorded as applied although no run here applied them. Each such record, and each that is taken back, is told by an event in the same transaction. */
@ApplicationScoped
public class Stamps {

    private static final Logger LOG = Logger.getLogger(Stamps.class);

    private static final String COMMAND = "dev.godwit.migration.stamp";
    private static final String TOLD = "dev.godwit.migration.stamped";

    private static final String RECORDED = "SELECT state, partial FROM godwit.recorded WHERE migration = $1";

    private static final String STAMP = """
            INSERT INTO godwit.stamp (migration, definition_hash, requested_by, reason, command_id)
            VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (migration) DO UPDATE
               SET definition_hash = excluded.definition_hash, requested_by = excluded.requested_by, reason = excluded.reason,
                   command_id = excluded.command_id, stamped_at = excluded.stamped_at
            """;

    private static final String REMOVE = "DELETE FROM godwit.stamp WHERE migration = $1";

    private final CommandLog log;
    private final Definitions definitions;

    @Inject
    Stamps(CommandLog log, Definitions definitions) {
        this.log = log;
        this.definitions = definitions;
    }

    /**
     * Asks to record a migration as applied, or to take such a record back.
     *
     * @param applied false: take it back
     */
    public record Command(
            String migration, boolean applied, String requestedBy, Optional<String> reason, String commandId) {

        private String state() {
            return applied ? "applied" : "unapplied";
        }
    }

    /**
     * Records; answers {@code {"migration","state"}}.
     *
     * <p>Failure semantics: {@link Refusal} when there is no such migration, a run of it is in hand or has applied it, or the catalog lacks what it provides. Idempotency: by
     * the command's id. A record that is not there is taken back without a word.
     */
    public Uni<JsonObject> stamp(Command command) {
        Definition definition = definitions
                .find(command.migration())
                .orElseThrow(() -> RunServices.unknownMigration(command.migration()));
        return log.once(command.commandId(), COMMAND, connection -> stamp(connection, command, definition))
                .invoke(() -> LOG.infof(
                        "Migration %s: stamp %s, asked by %s",
                        command.migration(), command.applied() ? "set" : "removed", command.requestedBy()))
                .replaceWith(() ->
                        new JsonObject().put("migration", command.migration()).put("state", command.state()));
    }

    /** Nobody starts a run meanwhile: starts take the same lock. */
    private static Uni<String> stamp(SqlConnection connection, Command command, Definition definition) {
        return connection
                .query(RunStarter.ONE_AT_A_TIME)
                .execute()
                .chain(() -> command.applied()
                        ? record(connection, command, definition).replaceWith(true)
                        : remove(connection, command))
                .chain(changed -> changed
                        ? tell(connection, command, definition)
                        : Uni.createFrom().voidItem())
                .replaceWith(command.migration());
    }

    /** About a migration and no run, so the event's subject is empty. */
    private static Uni<Void> tell(SqlConnection connection, Command command, Definition definition) {
        return Outbox.append(
                connection,
                Outbox.RUNS,
                command.migration(),
                TOLD,
                null,
                new JsonObject()
                        .put("migration", command.migration())
                        .put("state", command.state())
                        .put("definitionHash", definition.hash())
                        .put("requestedBy", command.requestedBy())
                        .put("reason", command.reason().orElse(null))
                        .put("commandId", command.commandId())
                        .put("at", Instant.now().toString()));
    }

    private static Uni<Void> record(SqlConnection connection, Command command, Definition definition) {
        return state(connection, command)
                .invoke(state -> {
                    if (state.isPresent() && !isOver(state.get())) {
                        throw new Refusal(
                                Refusal.Kind.CONFLICT,
                                "overlapping_run",
                                "a run of " + command.migration() + " is in hand (" + state.get()
                                        + "); wait for it, or cancel it");
                    }
                })
                .chain(() -> Comparison.of(connection, List.of(definition)))
                .invoke(Stamps::mustBeThere)
                .chain(() -> connection
                        .preparedQuery(STAMP)
                        .execute(Tuple.of(
                                command.migration(),
                                definition.hash(),
                                command.requestedBy(),
                                command.reason().orElse(null),
                                command.commandId())))
                .replaceWithVoid();
    }

    private static boolean isOver(String state) {
        return state.equals("completed") || state.equals("cancelled") || state.equals("rolled-back");
    }

    private static Uni<Optional<String>> state(SqlConnection connection, Command command) {
        return connection
                .preparedQuery(RECORDED)
                .execute(Tuple.of(command.migration()))
                .map(rows -> rows.size() == 0
                        ? Optional.empty()
                        : Optional.of(rows.iterator().next().getString("state")));
    }

    private static void mustBeThere(List<Comparison> compared) {
        compared.stream()
                .filter(comparison -> !comparison.missing().isEmpty())
                .findFirst()
                .ifPresent(comparison -> {
                    throw new Refusal(
                            Refusal.Kind.REFUSED,
                            "not_present",
                            "what " + comparison.definition().migration()
                                    + " provides is not there: "
                                    + comparison.missing().stream()
                                            .map(Standing::toString)
                                            .collect(Collectors.joining(", ")));
                });
    }

    /** False when there was no such record. */
    private static Uni<Boolean> remove(SqlConnection connection, Command command) {
        return connection
                .preparedQuery(REMOVE)
                .execute(Tuple.of(command.migration()))
                .map(rows -> rows.rowCount() > 0)
                .call(() -> state(connection, command).invoke(state -> {
                    if (state.filter("completed"::equals).isPresent()) {
                        throw new Refusal(
                                Refusal.Kind.CONFLICT,
                                "applied_by_run",
                                "a run applied " + command.migration() + "; roll that back instead");
                    }
                }));
    }
}
