package dev.godwit.migration.batch;

import dev.godwit.migration.definition.OnDuplicate;
import dev.godwit.migration.operation.Group;
import dev.godwit.migration.operation.Outcome;
import dev.godwit.migration.operation.OutcomeKind;
import dev.godwit.migration.operation.Selection;
import dev.godwit.migration.operation.rekey.Decision;
import dev.godwit.migration.operation.rekey.Decision.Move;
import dev.godwit.migration.operation.rekey.EntityRow;
import dev.godwit.migration.operation.rekey.RekeyClassifier;
import dev.godwit.migration.operation.rekey.RekeyModel;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * One selection of a rekey, in the caller's transaction: classified, and in a commit applied and journaled. Use once.
 *
 * <p>A plan takes the same path up to the decision, without locks.
 */
final class RekeyBatch {

    /** Code of an entity that kept its key while keys of its children were rewritten. */
    static final String CHILDREN = "children";

    private static final String TOLD_BEFORE = """
            SELECT new_key
              FROM godwit.identity
             WHERE run_id = $1
               AND relation = 0
               AND new_key = ANY ($2::text[])
            """;

    private final RekeyRun run;
    private final RekeyModel model;
    private final SqlConnection connection;
    private final RekeyJournal journal;
    private final long batch;
    private final boolean apply;
    private final Map<String, EntityRow> selected = new LinkedHashMap<>();
    private final Neighbours neighbours;
    private Map<String, Long> written = new LinkedHashMap<>();
    private final Set<String> childrenOf = new HashSet<>();
    private final Set<String> toldBefore = new HashSet<>();
    private final Map<String, Group> groups = new HashMap<>();

    RekeyBatch(RekeyRun run, SqlConnection connection, long batchNumber) {
        this.run = run;
        this.model = run.model();
        this.connection = connection;
        this.batch = batchNumber;
        this.apply = run.commit();
        this.journal = new RekeyJournal(run, connection, batchNumber);
        this.neighbours = new Neighbours(run, connection, selected);
    }

    /**
     * Classifies the selection and, in a commit, migrates it.
     *
     * @param expectWork reads with locks at once; false reads without first, and locks nothing when there is nothing to do
     */
    Uni<BatchResult> run(Selection selection, boolean expectWork) {
        if (!apply || expectWork) {
            return read(selection, apply).chain(() -> decideAndDo(selection));
        }
        return read(selection, false).chain(this::anythingToDo).chain(todo -> {
            if (!todo) {
                return Uni.createFrom().item(() -> nothingToDo(selection));
            }
            selected.clear();
            return read(selection, true).chain(() -> decideAndDo(selection));
        });
    }

    /** Keys of the selection that need work, in the order they are read; locks nothing. */
    Uni<List<String>> pendingKeys(Selection selection) {
        return read(selection, false)
                .chain(() -> wrongChildren(settledKeys(), false))
                .map(wrong -> selected.values().stream()
                        .filter(row -> row.inScope() && (!row.isSettled() || wrong.contains(row.key())))
                        .map(EntityRow::key)
                        .toList());
    }

    private Uni<Boolean> anythingToDo() {
        boolean settled = selected.values().stream().allMatch(row -> !row.inScope() || row.isSettled());
        if (!settled || selected.isEmpty()) {
            return Uni.createFrom().item(!settled);
        }
        return wrongChildren(settledKeys(), false).map(wrong -> !wrong.isEmpty());
    }

    private BatchResult nothingToDo(Selection selection) {
        List<Outcome> outcomes = selected.values().stream()
                .filter(EntityRow::inScope)
                .map(row -> Outcome.of(run.rootName(), row.key(), OutcomeKind.UNCHANGED))
                .toList();
        return new BatchResult(outcomes, Map.of(), notFound(selection), outOfScope(), List.of(), selected.size());
    }

    private Uni<BatchResult> decideAndDo(Selection selection) {
        if (selected.isEmpty()) {
            return Uni.createFrom()
                    .item(new BatchResult(List.of(), Map.of(), notFound(selection), List.of(), List.of(), 0));
        }
        return neighbours
                .read()
                .chain(this::readGroups)
                .chain(this::rankGroups)
                .chain(this::decide)
                .chain(decision -> carryOut(decision).map(outcomes -> result(selection, decision, outcomes)));
    }

    /** The losers of merges will be gone, and the others be found under other keys. */
    private Uni<Void> readGroups() {
        return new GroupReader(run.run(), connection)
                .of(neighbours.all().stream().map(EntityRow::key).toList())
                .invoke(groups::putAll)
                .replaceWithVoid();
    }

    /** A merge that would lose something is refused before anything is written, and the batch decided once more without it. */
    private Uni<Decision> decide(List<String> ranking) {
        Decision decision = decide(ranking, Map.of());
        if (decision.merges().isEmpty()) {
            return Uni.createFrom().item(decision);
        }
        return new MergeObstacles(run, connection)
                .find(decision.merges())
                .map(refused -> refused.isEmpty() ? decision : decide(ranking, refused));
    }

    private Decision decide(List<String> ranking, Map<String, String> refused) {
        return new RekeyClassifier(
                        run.rootName(),
                        model.onDuplicate(),
                        model.keyType()::parkedKey,
                        selected.values(),
                        neighbours.rows().values(),
                        neighbours.unresolved(),
                        ranking,
                        refused)
                .decide();
    }

    private BatchResult result(Selection selection, Decision decision, List<Outcome> outcomes) {
        BatchResult result = new BatchResult(
                outcomes, written, notFound(selection), outOfScope(), deferred(decision), selected.size());
        return GroupReader.place(result, run.rootName(), groups);
    }

    /** Who waits for a row beyond this batch waits together with that row: from there the chain is followed further. */
    private List<String> deferred(Decision decision) {
        if (decision.deferred().isEmpty()) {
            return List.of();
        }
        Set<String> deferred = new LinkedHashSet<>(decision.deferred());
        deferred.addAll(neighbours.beyond());
        return List.copyOf(deferred);
    }

    private List<String> notFound(Selection selection) {
        if (selection instanceof Selection.Keys keys) {
            return keys.keys().stream()
                    .filter(key -> !selected.containsKey(key))
                    .toList();
        }
        return List.of();
    }

    private List<String> outOfScope() {
        return selected.values().stream()
                .filter(row -> !row.inScope())
                .map(EntityRow::key)
                .toList();
    }

    private Uni<Void> read(Selection selection, boolean lock) {
        return new EntityReader(run, connection)
                .read(selection, lock)
                .invoke(rows -> rows.forEach(row -> selected.put(row.key(), row)))
                .replaceWithVoid();
    }

    private Uni<List<String>> rankGroups() {
        String[] members = RekeyClassifier.groups(neighbours.all()).values().stream()
                .filter(group -> group.size() > 1)
                .flatMap(List::stream)
                .map(EntityRow::key)
                .toArray(String[]::new);
        if (members.length == 0 || model.onDuplicate() != OnDuplicate.MERGE) {
            return Uni.createFrom().item(List.of());
        }
        return query(run.sql().rankMembers(), Tuple.of((Object) members))
                .map(rows -> rows.stream().map(row -> row.getString("key")).toList());
    }

    private Uni<List<Outcome>> carryOut(Decision decision) {
        return wrongChildren(settledKeys(), apply).call(this::findToldBefore).chain(children -> {
            childrenOf.addAll(children);
            decision.merges().forEach(merge -> childrenOf.remove(merge.key()));
            List<Outcome> outcomes =
                    decision.outcomes().stream().map(this::withChildren).toList();
            if (!apply) {
                return foresee(decision).replaceWith(() -> foreseen(decision, outcomes));
            }
            return merge(decision)
                    .chain(() -> new MoveWriter(run, connection, journal).move(decision, childrenOf))
                    .invoke(more -> written = BatchResult.sum(written, more))
                    .chain(() -> journal.identities(0, identityOf(decision)))
                    .chain(() -> withFormerKeys(outcomes));
        });
    }

    /** Entities that this run has moved before: children that came late are put right, but the entity's outcome has been told. */
    private Uni<Void> findToldBefore(Set<String> keys) {
        if (keys.isEmpty() || !apply) {
            return Uni.createFrom().voidItem();
        }
        return query(TOLD_BEFORE, Tuple.of(run.runId(), keys.toArray(String[]::new)))
                .invoke(rows -> rows.forEach(row -> toldBefore.add(row.getString("new_key"))))
                .replaceWithVoid();
    }

    private Outcome withChildren(Outcome outcome) {
        return childrenOf.contains(outcome.key())
                        && !toldBefore.contains(outcome.key())
                        && outcome.kind() == OutcomeKind.UNCHANGED
                ? Outcome.migrated(outcome.table(), outcome.key(), outcome.key())
                        .because(CHILDREN)
                : outcome;
    }

    /** Whoever holds a key from before an earlier move hears where it leads now. */
    private Uni<List<Outcome>> withFormerKeys(List<Outcome> outcomes) {
        List<String> moved = outcomes.stream()
                .filter(o -> o.kind() == OutcomeKind.MIGRATED)
                .map(Outcome::key)
                .toList();
        return new FormerKeys(run, connection).of(moved, batch).map(former -> outcomes.stream()
                .map(o -> former.containsKey(o.key()) ? o.known(former.get(o.key())) : o)
                .toList());
    }

    private List<String> settledKeys() {
        return selected.values().stream()
                .filter(row -> row.inScope() && row.isSettled())
                .map(EntityRow::key)
                .toList();
    }

    /** Settled entities with a child whose derived key is not what it should be. */
    private Uni<Set<String>> wrongChildren(List<String> parents, boolean lock) {
        if (model.derived().isEmpty() || parents.isEmpty()) {
            return Uni.createFrom().item(Set.of());
        }
        List<Move> stay = parents.stream().map(key -> new Move(key, key)).toList();
        return new DerivedKeys(run, connection).maps(stay, lock).map(DerivedKeys.Maps::parentsWithChanges);
    }

    /** Nothing is written, so neighbours are met again by the batch that selects them, and told there. Who would have to wait would move later on. */
    private List<Outcome> foreseen(Decision decision, List<Outcome> outcomes) {
        Stream<Outcome> told = outcomes.stream().filter(outcome -> selected.containsKey(outcome.key()));
        Stream<Outcome> later = decision.deferred().stream()
                .map(selected::get)
                .map(row ->
                        Outcome.migrated(run.rootName(), row.key(), row.newKey().orElseThrow()));
        return Stream.concat(told, later).toList();
    }

    private Uni<Void> foresee(Decision decision) {
        List<Move> moves = new ArrayList<>(decision.moves());
        decision.merges().forEach(merge -> moves.add(new Move(merge.key(), merge.target())));
        moves.removeIf(move -> !selected.containsKey(move.from()));
        childrenOf.forEach(key -> moves.add(new Move(key, key)));
        if (moves.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        return new DerivedKeys(run, connection)
                .maps(moves, false)
                .chain(maps -> query(run.sql().countRewrites(), maps.parameters()))
                .invoke(rows -> written = BatchResult.sum(written, MoveWriter.written(model, rows.get(0))))
                .replaceWithVoid();
    }

    private Uni<Void> merge(Decision decision) {
        return new MergeWriter(run, connection, journal)
                .merge(decision.merges())
                .invoke(more -> written = BatchResult.sum(written, more))
                .replaceWithVoid();
    }

    private List<RekeyJournal.Identity> identityOf(Decision decision) {
        List<RekeyJournal.Identity> identities = new ArrayList<>();
        decision.moves().forEach(m -> identities.add(new RekeyJournal.Identity(m.from(), m.to(), false)));
        decision.merges().forEach(m -> identities.add(new RekeyJournal.Identity(m.key(), m.target(), true)));
        childrenOf.stream()
                .filter(key -> !toldBefore.contains(key))
                .forEach(key -> identities.add(new RekeyJournal.Identity(key, key, false)));
        return identities;
    }

    private Uni<List<Row>> query(String sql, Tuple parameters) {
        return Rows.query(connection, sql, parameters);
    }
}
