package dev.godwit.migration.run;

import dev.godwit.migration.batch.Home;
import dev.godwit.migration.pace.Window;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A run as its row says. Immutable; the row may have moved on since.
 *
 * @param home whether the row was read in the database cluster in which the run began
 * @param window the hours in which it may work on tables; empty: always
 * @param traceparent of the command that it obeyed last
 */
public record Run(
        String id,
        long serial,
        String migration,
        String operation,
        boolean commit,
        RunState state,
        boolean home,
        String phase,
        Optional<RunState> resumeState,
        String definition,
        String definitionFile,
        String definitionHash,
        Map<String, String> attachments,
        Optional<Long> limit,
        boolean onlyKeys,
        boolean follow,
        boolean completeAsked,
        boolean verifyAsked,
        boolean rescan,
        boolean duplicates,
        int generation,
        int rounds,
        long firstHeartbeat,
        Optional<String> barrierXid,
        Optional<JsonObject> proof,
        List<String> tables,
        Optional<Window> window,
        Optional<String> traceparent) {

    /** The columns that {@link #fromRow} reads. */
    static final String COLUMNS = """
            %s AS home, id, serial, migration, operation, mode, state, phase, resume_state, definition, definition_file, definition_hash, attachments, entity_limit,
            only_keys, first_heartbeat, follow, complete_asked, verify_asked, rescan, duplicates, generation, rounds, barrier_xid::text AS barrier_xid, proof, tables, only_between, traceparent
            """.formatted(Home.IS_HERE);

    static Run fromRow(Row row) {
        return new Run(
                row.getString("id"),
                row.getLong("serial"),
                row.getString("migration"),
                row.getString("operation"),
                "commit".equals(row.getString("mode")),
                RunState.ofWireName(row.getString("state")),
                row.getBoolean("home"),
                row.getString("phase"),
                Optional.ofNullable(row.getString("resume_state")).map(RunState::ofWireName),
                row.getString("definition"),
                row.getString("definition_file"),
                row.getString("definition_hash"),
                texts(row.getJsonObject("attachments")),
                Optional.ofNullable(row.getLong("entity_limit")),
                row.getBoolean("only_keys"),
                row.getBoolean("follow"),
                row.getBoolean("complete_asked"),
                row.getBoolean("verify_asked"),
                row.getBoolean("rescan"),
                row.getBoolean("duplicates"),
                row.getInteger("generation"),
                row.getInteger("rounds"),
                row.getLong("first_heartbeat"),
                Optional.ofNullable(row.getString("barrier_xid")),
                Optional.ofNullable(row.getJsonObject("proof")),
                List.of(row.getArrayOfStrings("tables")),
                Optional.ofNullable(row.getString("only_between")).map(Window::parse),
                Optional.ofNullable(row.getString("traceparent")));
    }

    private static Map<String, String> texts(JsonObject json) {
        Map<String, String> texts = new LinkedHashMap<>();
        json.forEach(entry -> texts.put(entry.getKey(), entry.getValue().toString()));
        return texts;
    }

    /** The same run, moved on within a span. */
    Run within(Optional<String> span) {
        return new Run(
                id,
                serial,
                migration,
                operation,
                commit,
                state,
                home,
                phase,
                resumeState,
                definition,
                definitionFile,
                definitionHash,
                attachments,
                limit,
                onlyKeys,
                follow,
                completeAsked,
                verifyAsked,
                rescan,
                duplicates,
                generation,
                rounds,
                firstHeartbeat,
                barrierXid,
                proof,
                tables,
                window,
                span);
    }

    /** Whether the run goes on listening after it has verified: only a command ends it. */
    public boolean followsOn() {
        return follow && !completeAsked;
    }

    /** Whether the run acts on part of the entities only, so that it cannot promise that nothing is pending. */
    public boolean isPartial() {
        return limit.isPresent() || onlyKeys;
    }
}
