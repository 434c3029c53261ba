package dev.godwit.cli.client;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;

/**
 * What a new run shall do.
 *
 * @param commit false: a dry-run, nothing is written
 * @param limit at most so many entities
 * @param only these entities, by key; empty means all
 * @param plan the dry-run that this run must still agree with
 * @param follow keep migrating what the application writes until told to complete
 * @param maxRate entities per second
 * @param pace gentle, normal or full; empty: as the service is configured
 * @param onlyBetween hours with their time zone, such as {@code 22:00-06:00 Europe/Berlin}
 * @param requireArchiving refuse unless the server archives its WAL
 * @param commandId makes a repeated request the same request
 */
public record RunRequest(
        String migration,
        boolean commit,
        Optional<Long> limit,
        List<String> only,
        Optional<String> plan,
        boolean follow,
        Optional<Integer> maxRate,
        Optional<String> pace,
        Optional<String> onlyBetween,
        boolean requireArchiving,
        String requestedBy,
        Optional<String> reason,
        Optional<String> commandId) {

    /** A run over everything that takes its time to end by itself. */
    public static RunRequest of(String migration, boolean commit) {
        return new RunRequest(
                migration,
                commit,
                Optional.empty(),
                List.of(),
                Optional.empty(),
                false,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                false,
                System.getProperty("user.name"),
                Optional.empty(),
                Optional.empty());
    }

    public RunRequest withFollow() {
        return with(limit, true, maxRate, pace, commandId);
    }

    public RunRequest withLimit(long entities) {
        return with(Optional.of(entities), follow, maxRate, pace, commandId);
    }

    public RunRequest withMaxRate(int entitiesPerSecond) {
        return with(limit, follow, Optional.of(entitiesPerSecond), pace, commandId);
    }

    public RunRequest withCommandId(String id) {
        return with(limit, follow, maxRate, pace, Optional.of(id));
    }

    /** @param level gentle, normal or full */
    public RunRequest withPace(String level) {
        return with(limit, follow, maxRate, Optional.of(level), commandId);
    }

    private RunRequest with(
            Optional<Long> entities,
            boolean following,
            Optional<Integer> entitiesPerSecond,
            Optional<String> level,
            Optional<String> id) {
        return new RunRequest(
                migration,
                commit,
                entities,
                only,
                plan,
                following,
                entitiesPerSecond,
                level,
                onlyBetween,
                requireArchiving,
                requestedBy,
                reason,
                id);
    }

    ObjectNode toJson() {
        ObjectNode body = RestClient.JSON.createObjectNode();
        body.put("migration", migration);
        body.put("mode", commit ? "commit" : "plan");
        limit.ifPresent(entities -> body.put("limit", entities));
        if (!only.isEmpty()) {
            ArrayNode keys = body.putArray("only");
            only.forEach(keys::add);
        }
        plan.ifPresent(id -> body.put("plan", id));
        body.put("follow", follow);
        maxRate.ifPresent(rate -> body.put("maxRate", rate));
        pace.ifPresent(level -> body.put("pace", level));
        onlyBetween.ifPresent(hours -> body.put("onlyBetween", hours));
        if (requireArchiving) {
            body.put("requireArchiving", true);
        }
        body.put("requestedBy", requestedBy);
        reason.ifPresent(text -> body.put("reason", text));
        commandId.ifPresent(id -> body.put("commandId", id));
        return body;
    }
}
