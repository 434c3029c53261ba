package dev.godwit.migration.batch;

import dev.godwit.migration.operation.Counts;
import dev.godwit.migration.operation.Outcome;
import dev.godwit.migration.operation.Outcome.Told;
import dev.godwit.migration.operation.OutcomeKind;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Sees to it that an entity counts once per run, under the last outcome it was told as, however often lanes meet it.
 *
 * <p>The rule: an outcome that says nothing new is not told; one that says something else names the outcome it <em>replaces</em>, and the counters move from the one to
 * the other. What was told stays told: events are only ever added. An entity that the run has migrated and then finds right says nothing new.
 *
 * <p>As what an entity was told is known from the state: {@code quarantine} holds those left as they are, {@code settled} those that were right, {@code identity} those
 * that moved. A rollback tells what it did by outcomes of its own kinds, and a plan meets each entity once, so only what is held passes through here.
 *
 * <p>Transaction: joins the batch's, after its data and journal. Rows are entered in the order of their keys, when the batch has all its row locks, so that batches queue
 * instead of deadlocking.
 */
final class Ledger {

    private static final Set<OutcomeKind> HELD =
            EnumSet.of(OutcomeKind.SKIPPED, OutcomeKind.CONFLICT, OutcomeKind.FAILED);

    /** An answer to whoever asked for a key that no row has; there is no entity to count. */
    private static final String NOT_FOUND = "not_found";

    /** What the run has told of the keys, unless it was by this batch. */
    private static final String FORMER = """
            SELECT k.key, q.outcome, q.reason, s.key IS NOT NULL AS unchanged, m.reason AS migrated_because
              FROM unnest($2::text[]) AS k(key)
              LEFT JOIN godwit.quarantine AS q ON q.run_id = $1 AND q.key = k.key
              LEFT JOIN godwit.settled AS s ON s.run_id = $1 AND s.key = k.key AND s.told
              LEFT JOIN LATERAL (SELECT true AS there, before.reason
                                   FROM (%s) AS before) AS m ON true
             WHERE q.key IS NOT NULL
                OR s.key IS NOT NULL
                OR m.there
            """;

    private static final String HOLD = """
            INSERT INTO godwit.quarantine AS q (run_id, key, outcome, reason, detail)
            SELECT $1, t.key, t.outcome, t.reason, t.detail
              FROM unnest($2::text[], $3::text[], $4::text[], $5::text[]) AS t(key, outcome, reason, detail)
             ORDER BY t.key
            ON CONFLICT (run_id, key) DO UPDATE
               SET outcome = excluded.outcome, reason = excluded.reason, detail = excluded.detail
            """;

    private static final String RELEASE = """
            DELETE FROM godwit.quarantine
             WHERE run_id = $1
               AND key = ANY ($2::text[])
            """;

    private static final String CLAIM = """
            INSERT INTO godwit.settled (run_id, key, told)
            SELECT $1, t.key, false
              FROM unnest($2::text[]) AS t(key)
             ORDER BY t.key
            ON CONFLICT DO NOTHING
            """;

    /** No row for a key that another batch has entered meanwhile, unless the entity was held until now ($3). */
    private static final String SETTLE = """
            INSERT INTO godwit.settled AS s (run_id, key, told)
            SELECT $1, t.key, true
              FROM unnest($2::text[]) AS t(key)
             ORDER BY t.key
            ON CONFLICT (run_id, key) DO UPDATE
               SET told = true
             WHERE s.key = ANY ($3::text[])
            RETURNING s.key
            """;

    private static final String UNSETTLE = """
            UPDATE godwit.settled
               SET told = false
             WHERE run_id = $1
               AND key = ANY ($2::text[])
               AND told
            """;

    private final RunContext run;
    private final SqlConnection connection;
    private final Lane lane;
    private final long batch;

    Ledger(RunContext run, SqlConnection connection, Lane lane, long batch) {
        this.run = run;
        this.connection = connection;
        this.lane = lane;
        this.batch = batch;
    }

    /** Enters the outcomes of a batch, and answers those that are to be told. */
    Uni<BatchResult> enter(BatchResult result) {
        List<Outcome> entities = result.outcomes().stream().filter(this::isKept).toList();
        if (entities.isEmpty()) {
            return Uni.createFrom().item(result);
        }
        return claimChanged(entities).chain(() -> formers(entities)).chain(formers -> write(entities, formers)
                .map(overtaken -> result.replacing(result.outcomes().stream()
                        .flatMap(o -> isKept(o) ? told(o, formers.get(o.key()), overtaken) : Stream.of(o))
                        .toList())));
    }

    private boolean isKept(Outcome outcome) {
        String reason = outcome.reason().orElse("");
        boolean answer = reason.equals(NOT_FOUND) || reason.equals(Counts.ALREADY_MIGRATED);
        return outcome.table().equals(run.rootName())
                && !answer
                && lane != Lane.ROLLBACK
                && (run.commit() || HELD.contains(outcome.kind()));
    }

    /** A backfill may have read, without a lock, the row that the tail writes now: its key is claimed first, so that one of the two knows of the other. */
    private Uni<Void> claimChanged(List<Outcome> entities) {
        if (lane == Lane.BACKFILL) {
            return Uni.createFrom().voidItem();
        }
        return change(
                CLAIM,
                entities.stream()
                        .filter(o -> o.kind() != OutcomeKind.UNCHANGED)
                        .map(Outcome::key)
                        .toList());
    }

    private Uni<Map<String, Told>> formers(List<Outcome> entities) {
        String[] keys = entities.stream().map(Outcome::key).toArray(String[]::new);
        return query(FORMER.formatted(run.operation().migratedBefore()), Tuple.of(run.runId(), keys, batch))
                .map(rows -> {
                    Map<String, Told> formers = new HashMap<>();
                    rows.forEach(row -> formers.put(row.getString("key"), former(row)));
                    return formers;
                });
    }

    private static Told former(Row row) {
        if (row.getString("outcome") != null) {
            Optional<String> reason = Optional.of(row.getString("reason")).filter(code -> !code.isEmpty());
            return new Told(OutcomeKind.ofWireName(row.getString("outcome")), reason);
        }
        if (row.getBoolean("unchanged")) {
            return new Told(OutcomeKind.UNCHANGED, Optional.empty());
        }
        return new Told(OutcomeKind.MIGRATED, Optional.ofNullable(row.getString("migrated_because")));
    }

    private static boolean saysNothingNew(Outcome outcome, Told former) {
        boolean stillRight = outcome.kind() == OutcomeKind.UNCHANGED && former.kind() == OutcomeKind.MIGRATED;
        boolean same = outcome.kind() != OutcomeKind.MIGRATED && outcome.told().equals(former);
        return stillRight || same;
    }

    /** Answers the keys that another batch has told as unchanged meanwhile. */
    private Uni<Set<String>> write(List<Outcome> entities, Map<String, Told> formers) {
        List<Outcome> news = entities.stream()
                .filter(o -> !formers.containsKey(o.key()) || !saysNothingNew(o, formers.get(o.key())))
                .toList();
        List<Outcome> held = news.stream().filter(o -> HELD.contains(o.kind())).toList();
        List<String> released = news.stream()
                .filter(o -> !HELD.contains(o.kind()))
                .map(Outcome::key)
                .filter(key -> formers.containsKey(key)
                        && HELD.contains(formers.get(key).kind()))
                .toList();
        List<String> unsettled = news.stream()
                .map(Outcome::key)
                .filter(key -> formers.containsKey(key) && formers.get(key).kind() == OutcomeKind.UNCHANGED)
                .toList();
        List<String> settled = news.stream()
                .filter(o -> o.kind() == OutcomeKind.UNCHANGED)
                .map(Outcome::key)
                .toList();
        return hold(held)
                .chain(() -> change(RELEASE, released))
                .chain(() -> change(UNSETTLE, unsettled))
                .chain(() -> settle(settled, released))
                .map(fresh -> {
                    Set<String> overtaken = new HashSet<>(settled);
                    overtaken.removeAll(fresh);
                    return overtaken;
                });
    }

    private Stream<Outcome> told(Outcome outcome, Told former, Set<String> overtaken) {
        if (overtaken.contains(outcome.key())) {
            return Stream.empty();
        }
        if (former == null) {
            return Stream.of(outcome);
        }
        if (!saysNothingNew(outcome, former)) {
            return Stream.of(outcome.replacing(former));
        }
        return lane == Lane.REQUEST ? Stream.of(outcome.replacing(outcome.told())) : Stream.empty();
    }

    private Uni<Void> hold(List<Outcome> held) {
        if (held.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        Tuple row = Tuple.of(
                run.runId(),
                held.stream().map(Outcome::key).toArray(String[]::new),
                held.stream().map(o -> o.kind().wireName()).toArray(String[]::new),
                held.stream().map(o -> o.reason().orElse("")).toArray(String[]::new),
                held.stream().map(o -> o.detail().orElse(null)).toArray(String[]::new));
        return query(HOLD, row).replaceWithVoid();
    }

    private Uni<Void> change(String sql, List<String> keys) {
        return keys.isEmpty()
                ? Uni.createFrom().voidItem()
                : query(sql, Tuple.of(run.runId(), keys.toArray(String[]::new))).replaceWithVoid();
    }

    private Uni<List<String>> settle(List<String> keys, List<String> released) {
        if (keys.isEmpty()) {
            return Uni.createFrom().item(List.of());
        }
        Tuple row = Tuple.of(run.runId(), keys.toArray(String[]::new), released.toArray(String[]::new));
        return query(SETTLE, row).map(rows -> {
            List<String> fresh = new ArrayList<>();
            rows.forEach(entered -> fresh.add(entered.getString("key")));
            return fresh;
        });
    }

    private Uni<RowSet<Row>> query(String sql, Tuple parameters) {
        return connection.preparedQuery(sql).execute(parameters);
    }
}
