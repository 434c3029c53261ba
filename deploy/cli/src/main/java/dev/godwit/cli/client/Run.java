package dev.godwit.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.godwit.cli.ExitCode;
import java.util.List;
import java.util.Set;

/**
 * A run as migration-service tells it.
 *
 * @param json everything that the service said
 */
public record Run(JsonNode json) {
    /** All keys of {@code counts}, in the order in which people read them. */
    public static final List<String> OUTCOMES =
            List.of("migrated", "unchanged", "skipped", "conflict", "failed", "reverted", "diverged");

    private static final Set<String> SETTLED =
            Set.of("planned", "completed", "cancelled", "failed", "paused", "rolled-back");

    public String id() {
        return json.path("run").asText();
    }

    public String migration() {
        return json.path("migration").asText();
    }

    public String mode() {
        return json.path("mode").asText();
    }

    public String state() {
        return json.path("state").asText();
    }

    /** Increases with every change of the run. */
    public long version() {
        return json.path("version").asLong();
    }

    /** Why it is in this state, or empty. */
    public String reason() {
        return json.path("reason").asText("");
    }

    /** Entities with this outcome so far. */
    public long count(String outcome) {
        return json.path("counts").path(outcome).asLong();
    }

    /** The plan's report; a missing or null node when there is none. */
    public JsonNode plan() {
        return json.path("plan");
    }

    public JsonNode verification() {
        return json.path("verification");
    }

    /** True when somebody asked it to verify, and it has not answered yet. */
    public boolean isVerifyAsked() {
        return json.path("verifyAsked").asBoolean();
    }

    /** True when the run stays as it is until somebody gives a command. */
    public boolean isSettled() {
        return SETTLED.contains(state());
    }

    /** True when keys wait for the run: set aside, asked for, or tried again. */
    public boolean hasWaitingKeys() {
        return json.path("progress").path("pendingKeys").asLong() > 0;
    }

    /** True when a check of the verification found something else than it expected. */
    public boolean hasDifferences() {
        for (JsonNode check : verification().path("checks")) {
            if (check.has("ok") && !check.path("ok").asBoolean()) {
                return true;
            }
        }
        return false;
    }

    /** The exit code of a command that asked for exactly {@code wanted} and found the run in its present state. */
    public int exitCode(String wanted) {
        boolean conflicts = count("conflict") + count("failed") > 0;
        return switch (state()) {
            case "planned" -> plan().path("refusals").isEmpty() ? conflictsOr(conflicts) : ExitCode.REFUSED;
            case "completed" -> hasDifferences() ? ExitCode.DIFFERENCES : conflictsOr(conflicts);
            case "rolled-back" -> conflictsOr(count("diverged") > 0);
            case "failed" ->
                !plan().path("refusals").isEmpty()
                        ? ExitCode.REFUSED
                        : hasDifferences() ? ExitCode.DIFFERENCES : ExitCode.FAILED;
            case "paused", "cancelled" -> state().equals(wanted) ? ExitCode.DONE : ExitCode.FAILED;
            default -> ExitCode.DONE;
        };
    }

    /** A run that has no counts yet has all of them zero, so that programs need no special case. */
    public static ObjectNode zeroCounts() {
        ObjectNode counts = RestClient.JSON.createObjectNode();
        OUTCOMES.forEach(outcome -> counts.put(outcome, 0));
        return counts;
    }

    private static int conflictsOr(boolean conflicts) {
        return conflicts ? ExitCode.CONFLICTS : ExitCode.DONE;
    }
}
