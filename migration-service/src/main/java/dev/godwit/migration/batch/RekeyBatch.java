package dev.godwit.migration.batch;

import dev.godwit.migration.definition.KeyExpression;
import dev.godwit.migration.definition.OnDuplicate;
import dev.godwit.migration.operation.Outcome;
import dev.godwit.migration.operation.OutcomeKind;
import dev.godwit.migration.operation.Selection;
import dev.godwit.migration.operation.rekey.Decision;
import dev.godwit.migration.operation.rekey.Decision.Move;
import dev.godwit.migration.operation.rekey.EntityRow;
import dev.godwit.migration.operation.rekey.RekeyClassifier;
import dev.godwit.migration.operation.rekey.RekeyModel;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * One selection of a rekey, in the caller's transaction: classified, and in a commit applied and journaled. Use once.
 *
 * <p>A plan takes the same path up to the decision, without locks.
 */
final class RekeyBatch {

    /** Rows beyond the selection that one batch takes along; what is further away waits in {@code pending_key}. */
    private static final int NEIGHBOURS_MAX = 2000;

    /** Code of an entity that kept its key while keys of its children were rewritten. */
    private static final String CHILDREN = "children";

    private static final String MEMBERS = """
            SELECT DISTINCT other.member
              FROM godwit.duplicate AS mine
              JOIN godwit.duplicate AS other USING (run_id, group_no)
             WHERE mine.run_id = $1
               AND mine.member = ANY ($2::text[])
            """;

    private static final String TOLD_BEFORE = """
            SELECT new_key
              FROM godwit.identity
             WHERE run_id = $1
               AND relation = 0
               AND new_key = ANY ($2::text[])
            """;

    private final RunContext run;
    private final RekeyModel model;
    private final SqlConnection connection;
    private final RekeyJournal journal;
    private final boolean apply;
    private final Map<String, EntityRow> selected = new LinkedHashMap<>();
    private final Map<String, EntityRow> neighbours = new LinkedHashMap<>();
    private final Set<String> lookedUp = new HashSet<>();
    private Map<String, Long> written = new LinkedHashMap<>();
    private final Set<String> childrenOf = new HashSet<>();
    private final Set<String> toldBefore = new HashSet<>();

    RekeyBatch(RunContext run, SqlConnection connection, long batchNumber) {
        this.run = run;
        this.model = run.model();
        this.connection = connection;
        this.apply = run.commit();
        this.journal = new RekeyJournal(run, connection, batchNumber);
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
        return new BatchResult(
                countable(outcomes), Map.of(), notFound(selection), outOfScope(), List.of(), selected.size());
    }

    private Uni<BatchResult> decideAndDo(Selection selection) {
        if (selected.isEmpty()) {
            return Uni.createFrom()
                    .item(new BatchResult(List.of(), Map.of(), notFound(selection), List.of(), List.of(), 0));
        }
        return findNeighbours()
                .chain(this::rankGroups)
                .map(ranking -> new RekeyClassifier(
                                run.rootName(),
                                model.onDuplicate(),
                                model.keyType()::parkedKey,
                                selected.values(),
                                neighbours.values(),
                                unresolved(),
                                ranking)
                        .decide())
                .chain(decision -> carryOut(decision).map(outcomes -> result(selection, decision, outcomes)));
    }

    private BatchResult result(Selection selection, Decision decision, List<Outcome> outcomes) {
        return new BatchResult(
                countable(outcomes), written, notFound(selection), outOfScope(), decision.deferred(), selected.size());
    }

    /** A row written after the barrier and found right is the tail's, or our own: it was or will be counted there. */
    private List<Outcome> countable(List<Outcome> outcomes) {
        return outcomes.stream()
                .filter(o -> o.kind() != OutcomeKind.UNCHANGED
                        || !selected.containsKey(o.key())
                        || !selected.get(o.key()).recent())
                .toList();
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
        String barrier = run.barrierXid().orElse(null);
        if (selection instanceof Selection.BlockRange range) {
            return rows(run.sql().readRange(range.relation(), lock), Tuple.of(range.fromTid(), range.toTid(), barrier))
                    .invoke(rows -> rows.forEach(row -> selected.put(row.key(), row)))
                    .replaceWithVoid();
        }
        List<String> keys = ((Selection.Keys) selection).keys();
        return rows(run.sql().readKeys(lock), Tuple.of(keys.toArray(String[]::new), barrier))
                .invoke(rows -> rows.forEach(row -> selected.put(row.key(), row)))
                .replaceWithVoid();
    }

    /** Rows that sit on wanted keys, and members of duplicate groups, until no new ones turn up. */
    private Uni<Void> findNeighbours() {
        return wanted(selected.values()).chain(keys -> Multi.createBy()
                .repeating()
                .uni(() -> keys, this::readNeighbours)
                .until(List::isEmpty)
                .onItem()
                .ignoreAsUni());
    }

    /** Reads the rows behind {@code frontier}, empties it, and refills it with the keys that those rows want in turn. */
    private Uni<List<String>> readNeighbours(List<String> frontier) {
        List<String> keys = frontier.stream()
                .filter(key -> !selected.containsKey(key) && !neighbours.containsKey(key))
                .toList();
        frontier.clear();
        if (keys.isEmpty() || neighbours.size() >= NEIGHBOURS_MAX) {
            return Uni.createFrom().item(List.of());
        }
        Tuple parameters =
                Tuple.of(keys.toArray(String[]::new), run.barrierXid().orElse(null));
        return rows(run.sql().readKeys(apply), parameters)
                .invoke(rows -> rows.forEach(row -> neighbours.put(row.key(), row)))
                .chain(this::wanted)
                .invoke(frontier::addAll);
    }

    private Uni<List<String>> wanted(Collection<EntityRow> rows) {
        List<String> targets = rows.stream()
                .filter(row -> row.inScope() && !row.isSettled())
                .flatMap(row -> row.newKey().stream())
                .distinct()
                .collect(Collectors.toCollection(ArrayList::new));
        rows.forEach(row -> lookedUp.add(row.key()));
        if (!run.duplicates() || rows.isEmpty()) {
            return Uni.createFrom().item(targets);
        }
        String[] keys = rows.stream().map(EntityRow::key).toArray(String[]::new);
        return query(MEMBERS, Tuple.of(run.runId(), keys))
                .invoke(members -> members.forEach(row -> targets.add(row.getString("member"))))
                .replaceWith(targets);
    }

    private Set<String> unresolved() {
        return neighbours.keySet().stream()
                .filter(key -> !lookedUp.contains(key))
                .collect(Collectors.toSet());
    }

    private Uni<List<String>> rankGroups() {
        List<EntityRow> all = new ArrayList<>(selected.values());
        all.addAll(neighbours.values());
        String[] members = RekeyClassifier.groups(all).values().stream()
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
                return foresee(decision).replaceWith(() -> outcomes.stream()
                        .filter(outcome -> selected.containsKey(outcome.key()))
                        .toList());
            }
            return merge(decision)
                    .chain(() -> moveInSteps(decision))
                    .chain(() -> journal.identities(0, identityOf(decision)))
                    .replaceWith(outcomes);
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
        return new DerivedKeys(run, connection, false).maps(stay, lock).map(DerivedKeys.Maps::parentsWithChanges);
    }

    /** Nothing is written, so neighbours are met again by the batch that selects them: they are told and counted there. */
    private Uni<Void> foresee(Decision decision) {
        List<Move> moves = new ArrayList<>(decision.moves());
        decision.merges().forEach(merge -> moves.add(new Move(merge.key(), merge.target())));
        moves.removeIf(move -> !selected.containsKey(move.from()));
        childrenOf.forEach(key -> moves.add(new Move(key, key)));
        if (moves.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        return new DerivedKeys(run, connection, false)
                .maps(moves, false)
                .chain(maps -> query(run.sql().countRewrites(), maps.parameters()))
                .invoke(rows -> addWritten(rows.get(0)))
                .replaceWithVoid();
    }

    private Uni<Void> moveInSteps(Decision decision) {
        List<List<Move>> steps = new ArrayList<>(decision.steps());
        Set<String> staying = new LinkedHashSet<>(childrenOf);
        decision.merges().stream()
                .filter(merge -> merge.survivor().equals(merge.target()))
                .forEach(merge -> staying.add(merge.target()));
        if (!staying.isEmpty() && !model.derived().isEmpty()) {
            steps.add(staying.stream().map(key -> new Move(key, key)).toList());
        }
        Set<String> targets = decision.moves().stream().map(Move::to).collect(Collectors.toSet());
        return Multi.createFrom()
                .iterable(steps)
                .onItem()
                .transformToUniAndConcatenate(step -> moveStep(step, isPark(step, targets)))
                .onItem()
                .ignoreAsUni();
    }

    private static boolean isPark(List<Move> step, Set<String> targets) {
        return step.stream().anyMatch(move -> !move.from().equals(move.to()) && !targets.contains(move.to()));
    }

    private Uni<Void> moveStep(List<Move> step, boolean park) {
        return new DerivedKeys(run, connection, park)
                .maps(step, true)
                .call(maps -> query(run.sql().rewrite(), maps.parameters())
                        .invoke(rows -> addWritten(rows.get(0)))
                        .call(rows -> journal.movedElsewhere(movedRows(rows.get(0)))))
                .chain(maps -> park ? Uni.createFrom().voidItem() : journal.derivedIdentities(maps));
    }

    private static List<String> movedRows(Row row) {
        return List.of(row.getArrayOfStrings("moved"));
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

    private void addWritten(Row row) {
        Long[] counts = row.getArrayOfLongs("written");
        Map<String, Long> step = new HashMap<>();
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] > 0) {
                step.merge(model.rewrites().get(i).table().toString(), counts[i], Long::sum);
            }
        }
        written = BatchResult.sum(written, step);
    }

    private Uni<List<EntityRow>> rows(String sql, Tuple parameters) {
        boolean uuid5 = model.to() instanceof KeyExpression.Uuid5;
        return query(sql, parameters)
                .map(rows -> rows.stream().map(row -> entity(row, uuid5)).toList());
    }

    private static EntityRow entity(Row row, boolean uuid5) {
        Optional<String> newKey = EntityRow.keyOf(uuid5, row.getString("namespace"), row.getString("name"));
        return new EntityRow(row.getString("key"), newKey, row.getBoolean("in_scope"), row.getBoolean("recent"));
    }

    private Uni<List<Row>> query(String sql, Tuple parameters) {
        return connection.preparedQuery(sql).execute(parameters).map(rows -> StreamSupport.stream(
                        rows.spliterator(), false)
                .toList());
    }
}
