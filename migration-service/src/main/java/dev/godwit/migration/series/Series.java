package dev.godwit.migration.series;

import dev.godwit.migration.pace.PaceLevel;
import dev.godwit.migration.series.Member.State;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;

/**
 * Runs of several migrations that one command asked for.
 *
 * @param serial names its advisory lock
 * @param follow whether the runs of the named migrations follow the application
 * @param pace how fast its runs may go; empty: what a run has that asks for nothing
 * @param state running, completed, failed or cancelled
 * @param migrations those that the command named
 * @param traceparent of the command, to which its runs belong
 */
record Series(
        String id,
        long serial,
        boolean commit,
        boolean follow,
        Optional<PaceLevel> pace,
        String state,
        List<String> migrations,
        String requestedBy,
        Optional<String> reason,
        String commandId,
        OffsetDateTime createdAt,
        Optional<OffsetDateTime> endedAt,
        Optional<String> traceparent) {

    static final String RUNNING = "running";
    static final String COMPLETED = "completed";
    static final String FAILED = "failed";
    static final String CANCELLED = "cancelled";

    static final List<String> OUTCOMES =
            List.of("migrated", "unchanged", "skipped", "conflict", "failed", "reverted", "diverged");

    Series {
        migrations = List.copyOf(migrations);
    }

    static Series fromRow(Row row) {
        return new Series(
                row.getString("id"),
                row.getLong("serial"),
                "commit".equals(row.getString("mode")),
                row.getBoolean("follow"),
                Optional.ofNullable(row.getString("pace")).map(PaceLevel::ofWireName),
                row.getString("state"),
                List.of(row.getArrayOfStrings("migrations")),
                row.getString("requested_by"),
                Optional.ofNullable(row.getString("reason")),
                row.getString("command_id"),
                row.getOffsetDateTime("created_at"),
                Optional.ofNullable(row.getOffsetDateTime("ended_at")),
                Optional.ofNullable(row.getString("traceparent")));
    }

    boolean follows(Member member) {
        return follow && migrations.contains(member.migration());
    }

    /** The one report: the series, the sums, and each member. */
    JsonObject report(List<Member> members) {
        Progress progress = new Progress(commit, members);
        JsonObject sums = new JsonObject();
        OUTCOMES.forEach(outcome -> sums.put(
                outcome,
                members.stream()
                        .mapToLong(member -> member.counts().getLong(outcome))
                        .sum()));
        JsonArray list = new JsonArray();
        members.forEach(member -> list.add(member.toJson(shown(progress.state(member)))));
        return new JsonObject()
                .put("series", id)
                .put("mode", commit ? "commit" : "plan")
                .put("follow", follow)
                .put("pace", pace.map(PaceLevel::wireName).orElse(null))
                .put("state", state)
                .put("migrations", new JsonArray(migrations))
                .put("requestedBy", requestedBy)
                .put("reason", reason.orElse(null))
                .put("commandId", commandId)
                .put("createdAt", createdAt.toInstant().toString())
                .put("endedAt", endedAt.map(at -> at.toInstant().toString()).orElse(null))
                .put("counts", sums)
                .put("members", list);
    }

    /** The turn of a member that waits never comes once the series is cancelled. */
    private State shown(State member) {
        return state.equals(CANCELLED) && member == State.WAITING ? State.CANCELLED : member;
    }
}
