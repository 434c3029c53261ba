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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
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
 * <p>A row that is moved to a key finds there what was told of the key's former holder, which the application has deleted: that is closed, or it would be taken for
 * the newcomer's. An entity that was held and is right again counts as migrated where a move of the run led to its key.
 *
 * <p>Transaction: joins the batch's, after its data and journal. Rows are entered in the order of their keys, when the batch has all its row locks, so that batches queue
 * instead of deadlocking.
 */
final class Ledger {

    private static final Set<OutcomeKind> HELD =
            EnumSet.of(OutcomeKind.SKIPPED, OutcomeKind.CONFLICT, OutcomeKind.FAILED);

    /** An answer to whoever asked for a key that no row has; there is no entity to count. */
    static final String NOT_FOUND = "not_found";

    /**
     * What the run has told of the keys: as what they are held, whether they were right, and whether a move of the run led there, unless it was by this batch. Keys are
     * looked up in each index as one array, which PostgreSQL does in one walk; joined with the keys, each table would cost a look-up per key, found there or not.
     */
    private static final String FORMER = """
            SELECT held.key, held.outcome, held.reason, false AS unchanged, false AS migrated
              FROM godwit.quarantine AS held
             WHERE held.run_id = $1
               AND held.key = ANY ($2::text[])
             UNION ALL
            SELECT right_before.key, NULL, NULL, true, false
              FROM godwit.settled AS right_before
             WHERE right_before.run_id = $1
               AND right_before.key = ANY ($2::text[])
               AND right_before.told
             UNION ALL
            SELECT before.key, NULL, before.reason, false, true
              FROM (%s) AS before
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

    /**
     * What a key stands for in this run.
     *
     * @param told as what its entity was told last
     * @param migrated as what the move counts that led to it, whatever was told since
     */
    private record Former(Told told, Optional<Told> migrated) {

        boolean isHeld() {
            return HELD.contains(told.kind());
        }

        /** The same key as another table knows it: an entity that is held was told so last, and one that was right was told so after any move. */
        private Former and(Former other) {
            boolean saysMore = rank(other.told.kind()) > rank(told.kind());
            return new Former(saysMore ? other.told : told, migrated.or(other::migrated));
        }

        private static int rank(OutcomeKind kind) {
            if (kind == OutcomeKind.MIGRATED) {
                return 0;
            }
            return HELD.contains(kind) ? 2 : 1;
        }
    }

    /** Enters the outcomes of a batch, and answers those that are to be told. */
    Uni<BatchResult> enter(BatchResult result) {
        List<Outcome> entities = result.outcomes().stream().filter(this::isKept).toList();
        if (entities.isEmpty()) {
            return Uni.createFrom().item(result);
        }
        Set<String> taken = takenKeys(entities);
        return claimChanged(entities)
                .chain(() -> formers(entities, taken))
                .chain(formers -> enter(result, entities, taken, formers));
    }

    private Uni<BatchResult> enter(
            BatchResult result, List<Outcome> entities, Set<String> taken, Map<String, Former> formers) {
        List<Outcome> found =
                entities.stream().map(o -> rightAgain(o, formers.get(o.key()))).toList();
        List<Outcome> closed = closed(taken, formers);
        return write(found, taken, formers).map(overtaken -> result.replacing(result.outcomes().stream()
                        .flatMap(o -> isKept(o)
                                ? told(rightAgain(o, formers.get(o.key())), formers.get(o.key()), overtaken)
                                : Stream.of(o))
                        .toList())
                .with(closed));
    }

    /** Keys that rows of the batch were moved to, whose former holders are not of this batch. A survivor stands on its key, so what was told of that stays true. */
    private Set<String> takenKeys(List<Outcome> entities) {
        if (!run.operation().movesKeys()) {
            return Set.of();
        }
        Set<String> taken = entities.stream()
                .filter(o -> o.kind() == OutcomeKind.MIGRATED
                        && o.reason().filter(Outcome.MERGED::equals).isEmpty())
                .flatMap(o -> o.newKey().stream())
                .collect(Collectors.toCollection(LinkedHashSet::new));
        entities.forEach(o -> taken.remove(o.key()));
        return taken;
    }

    private static Outcome rightAgain(Outcome outcome, Former former) {
        boolean right = outcome.kind() == OutcomeKind.UNCHANGED && former != null && former.isHeld();
        return right && former.migrated().isPresent()
                ? migratedAs(outcome, former.migrated().get())
                : outcome;
    }

    private static Outcome migratedAs(Outcome outcome, Told migrated) {
        Outcome again = Outcome.migrated(
                outcome.table(), outcome.key(), outcome.newKey().orElse(outcome.key()));
        return migrated.reason().map(again::because).orElse(again);
    }

    /** Held entities that are gone, on whose keys others stand now: those that the run had migrated before count as that again. */
    private List<Outcome> closed(Set<String> taken, Map<String, Former> formers) {
        return taken.stream()
                .filter(key -> formers.containsKey(key) && formers.get(key).isHeld())
                .filter(key -> formers.get(key).migrated().isPresent())
                .map(key -> migratedAs(
                                Outcome.of(run.rootName(), key, OutcomeKind.UNCHANGED),
                                formers.get(key).migrated().get())
                        .replacing(formers.get(key).told()))
                .toList();
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

    private Uni<Map<String, Former>> formers(List<Outcome> entities, Set<String> taken) {
        String[] keys = Stream.concat(entities.stream().map(Outcome::key), taken.stream())
                .distinct()
                .toArray(String[]::new);
        return query(FORMER.formatted(run.operation().migratedBefore()), Tuple.of(run.runId(), keys, batch))
                .map(Ledger::formers);
    }

    private static Map<String, Former> formers(RowSet<Row> rows) {
        Map<String, Former> formers = new HashMap<>();
        rows.forEach(row -> formers.merge(row.getString("key"), former(row), Former::and));
        return formers;
    }

    private static Former former(Row row) {
        Optional<String> reason = Optional.ofNullable(row.getString("reason")).filter(code -> !code.isEmpty());
        if (row.getBoolean("migrated")) {
            Told migrated = new Told(OutcomeKind.MIGRATED, reason);
            return new Former(migrated, Optional.of(migrated));
        }
        OutcomeKind kind =
                row.getBoolean("unchanged") ? OutcomeKind.UNCHANGED : OutcomeKind.ofWireName(row.getString("outcome"));
        return new Former(new Told(kind, reason), Optional.empty());
    }

    private static boolean saysNothingNew(Outcome outcome, Told former) {
        boolean stillRight = outcome.kind() == OutcomeKind.UNCHANGED && former.kind() == OutcomeKind.MIGRATED;
        boolean same = outcome.kind() != OutcomeKind.MIGRATED && outcome.told().equals(former);
        return stillRight || same;
    }

    /** Answers the keys that another batch has told as unchanged meanwhile. */
    private Uni<Set<String>> write(List<Outcome> entities, Set<String> taken, Map<String, Former> formers) {
        List<Outcome> news = entities.stream()
                .filter(o -> !formers.containsKey(o.key())
                        || !saysNothingNew(o, formers.get(o.key()).told()))
                .toList();
        List<Outcome> held = news.stream().filter(o -> HELD.contains(o.kind())).toList();
        Set<String> over = news.stream()
                .filter(o -> !HELD.contains(o.kind()))
                .map(Outcome::key)
                .collect(Collectors.toCollection(LinkedHashSet::new));
        over.addAll(taken);
        List<String> released = told(over, formers, HELD);
        over.addAll(held.stream().map(Outcome::key).toList());
        List<String> unsettled = told(over, formers, EnumSet.of(OutcomeKind.UNCHANGED));
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

    private static List<String> told(Set<String> keys, Map<String, Former> formers, Set<OutcomeKind> kinds) {
        return keys.stream()
                .filter(key -> formers.containsKey(key)
                        && kinds.contains(formers.get(key).told().kind()))
                .toList();
    }

    private Stream<Outcome> told(Outcome outcome, Former former, Set<String> overtaken) {
        if (overtaken.contains(outcome.key())) {
            return Stream.empty();
        }
        if (former == null) {
            return Stream.of(outcome);
        }
        if (!saysNothingNew(outcome, former.told())) {
            return Stream.of(outcome.replacing(former.told()));
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
