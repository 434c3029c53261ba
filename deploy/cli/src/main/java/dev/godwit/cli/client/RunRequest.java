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
        return new RunRequest(
                migration,
                commit,
                limit,
                only,
                plan,
                true,
                maxRate,
                pace,
                onlyBetween,
                requireArchiving,
                requestedBy,
                reason,
                commandId);
    }

    public RunRequest withLimit(long entities) {
        return new RunRequest(
                migration,
                commit,
                Optional.of(entities),
                only,
                plan,
                follow,
                maxRate,
                pace,
                onlyBetween,
                requireArchiving,
                requestedBy,
                reason,
                commandId);
    }

    public RunRequest withMaxRate(int entitiesPerSecond) {
        return new RunRequest(
                migration,
                commit,
                limit,
                only,
                plan,
                follow,
                Optional.of(entitiesPerSecond),
                pace,
                onlyBetween,
                requireArchiving,
                requestedBy,
                reason,
                commandId);
    }

    public RunRequest withCommandId(String id) {
        return new RunRequest(
                migration,
                commit,
                limit,
                only,
                plan,
                follow,
                maxRate,
                pace,
                onlyBetween,
                requireArchiving,
                requestedBy,
                reason,
                Optional.of(id));
    }

    /** @param level gentle, normal or full */
    public RunRequest withPace(String level) {
        return new RunRequest(
                migration,
                commit,
                limit,
                only,
                plan,
                follow,
                maxRate,
                Optional.of(level),
                onlyBetween,
                requireArchiving,
                requestedBy,
                reason,
                commandId);
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
