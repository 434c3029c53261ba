package dev.godwit.migration.operation.rekey;

import dev.godwit.migration.definition.OnDuplicate;
import dev.godwit.migration.operation.Outcome;
import dev.godwit.migration.operation.OutcomeKind;
import dev.godwit.migration.operation.rekey.Decision.Merge;
import dev.godwit.migration.operation.rekey.Decision.Move;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Decides what becomes of the entities of a batch; the same code for a plan and a commit.
 *
 * <p>Entities that share one computed key are <em>duplicates</em>: the policy says what happens. A row that merely sits on a wanted key while its own new key
 * is another is an <em>occupant</em>: it moves first, and is never merged. Occupants that wait for each other in a circle are broken up by parking one of them
 * on a key that nobody uses.
 */
public final class RekeyClassifier {

    /** Code of an entity whose key cannot be computed. */
    public static final String NULL_KEY = "null_key";

    /** Code of entities that share one new key. */
    public static final String DUPLICATE = "duplicate";

    /** Code of an entity whose new key belongs to a row that will not move. */
    public static final String TARGET_OCCUPIED = "target_occupied";

    /** Code of entities that share one new key and cannot be merged without a loss. */
    public static final String MERGE_REFUSED = "merge_refused";

    private final String table;
    private final OnDuplicate policy;
    private final Supplier<String> parkedKeys;
    private final Map<String, EntityRow> rows = new LinkedHashMap<>();
    private final Set<String> selected = new LinkedHashSet<>();
    private final Set<String> unresolved;
    private final Map<String, Integer> ranks = new HashMap<>();
    private final Map<String, String> refused;

    private final Map<String, String> movers = new LinkedHashMap<>();
    private final Map<String, String> losers = new LinkedHashMap<>();
    private final Map<String, Outcome> outcomes = new LinkedHashMap<>();
    private final Set<String> waiting = new LinkedHashSet<>();

    /**
     * Prepares a decision.
     *
     * @param neighbours rows outside the selection that sit on a wanted key or belong to a duplicate group of it
     * @param unresolved keys of neighbours whose own targets were not looked up: they cannot move in this batch
     * @param ranking keys of group members, the survivor of a group before its losers
     * @param refused members that cannot be merged, each with the reason for people
     */
    public RekeyClassifier(
            String table,
            OnDuplicate policy,
            Supplier<String> parkedKeys,
            Collection<EntityRow> selection,
            Collection<EntityRow> neighbours,
            Set<String> unresolved,
            List<String> ranking,
            Map<String, String> refused) {
        this.table = table;
        this.policy = policy;
        this.parkedKeys = parkedKeys;
        this.unresolved = unresolved;
        this.refused = refused;
        selection.forEach(row -> {
            rows.put(row.key(), row);
            selected.add(row.key());
        });
        neighbours.forEach(row -> rows.putIfAbsent(row.key(), row));
        for (int i = 0; i < ranking.size(); i++) {
            ranks.put(ranking.get(i), i);
        }
    }

    /** Groups of more than one entity with the same new key, by that key: their members must be ranked before a merge. */
    public static Map<String, List<EntityRow>> groups(Collection<EntityRow> rows) {
        Map<String, List<EntityRow>> groups = new LinkedHashMap<>();
        rows.stream()
                .filter(EntityRow::inScope)
                .filter(row -> row.newKey().isPresent())
                .forEach(row -> groups.computeIfAbsent(row.newKey().get(), k -> new ArrayList<>())
                        .add(row));
        return groups;
    }

    /** Decides. Call once. */
    public Decision decide() {
        rows.values().stream()
                .filter(row -> row.inScope() && row.newKey().isEmpty())
                .forEach(row -> outcomes.put(row.key(), held(row.key(), OutcomeKind.SKIPPED, NULL_KEY)));
        groups(rows.values()).forEach(this::decideGroup);
        blockWhatCannotMove();
        List<List<Move>> steps = new ArrayList<>();
        orderMoves(steps);
        List<Merge> merges = losers.entrySet().stream()
                .map(e -> new Merge(e.getKey(), survivorOf(e.getValue()), e.getValue()))
                .toList();
        movers.forEach((from, to) -> outcomes.put(from, Outcome.migrated(table, from, to)));
        losers.forEach((from, to) ->
                outcomes.put(from, Outcome.migrated(table, from, to).because(Outcome.MERGED)));
        List<Move> moves = movers.entrySet().stream()
                .map(e -> new Move(e.getKey(), e.getValue()))
                .toList();
        List<Outcome> final_ = outcomes.values().stream()
                .filter(o -> selected.contains(o.key()) || movers.containsKey(o.key()) || losers.containsKey(o.key()))
                .toList();
        List<String> deferred = waiting.stream().filter(selected::contains).toList();
        return new Decision(steps, moves, merges, final_, deferred);
    }

    private void decideGroup(String target, List<EntityRow> members) {
        if (members.size() == 1) {
            settleOrMove(members.get(0), target);
            return;
        }
        if (policy != OnDuplicate.MERGE) {
            OutcomeKind kind = policy == OnDuplicate.SKIP ? OutcomeKind.SKIPPED : OutcomeKind.CONFLICT;
            String why = members.size() + " entities share the new key; this one was left as it is";
            members.forEach(member -> holdMember(member, held(member.key(), kind, DUPLICATE), target, why));
            return;
        }
        Optional<String> obstacle = members.stream()
                .map(member -> refused.get(member.key()))
                .filter(Objects::nonNull)
                .findFirst();
        if (obstacle.isPresent()) {
            members.forEach(member -> holdMember(
                    member, held(member.key(), OutcomeKind.CONFLICT, MERGE_REFUSED), target, obstacle.get()));
            return;
        }
        List<EntityRow> ranked = members.stream()
                .sorted(Comparator.comparingInt(row -> ranks.getOrDefault(row.key(), Integer.MAX_VALUE)))
                .toList();
        settleOrMove(ranked.get(0), target);
        ranked.stream().skip(1).forEach(loser -> losers.put(loser.key(), target));
    }

    private void settleOrMove(EntityRow row, String target) {
        if (row.isSettled()) {
            outcomes.put(row.key(), Outcome.of(table, row.key(), OutcomeKind.UNCHANGED));
        } else {
            movers.put(row.key(), target);
        }
    }

    private void holdMember(EntityRow member, Outcome held, String target, String why) {
        outcomes.put(
                member.key(),
                member.isSettled()
                        ? Outcome.of(table, member.key(), OutcomeKind.UNCHANGED)
                        : held.to(target).explained(why));
    }

    private Outcome held(String key, OutcomeKind kind, String reason) {
        return Outcome.of(table, key, kind).because(reason);
    }

    /** A mover whose target belongs to a row that stays is a conflict, and so is whoever waits for that mover; a merge needs its survivor. */
    private void blockWhatCannotMove() {
        boolean changed = true;
        while (changed) {
            changed = false;
            for (Map.Entry<String, String> mover : List.copyOf(movers.entrySet())) {
                if (unresolved.contains(mover.getKey())) {
                    changed |= defer(mover.getKey(), mover.getValue());
                } else if (isHeldBy(mover.getValue(), waiting)) {
                    changed |= defer(mover.getKey(), mover.getValue());
                } else if (isOccupiedForGood(mover.getKey(), mover.getValue())) {
                    changed |= block(mover.getKey(), mover.getValue());
                }
            }
        }
    }

    private boolean isHeldBy(String target, Set<String> keys) {
        return keys.contains(target);
    }

    private boolean isOccupiedForGood(String key, String target) {
        return rows.containsKey(target)
                && !target.equals(key)
                && !movers.containsKey(target)
                && !losers.containsKey(target);
    }

    private boolean defer(String key, String target) {
        movers.remove(key);
        waiting.add(key);
        List<String> group = losersOf(target);
        group.forEach(losers::remove);
        waiting.addAll(group);
        return true;
    }

    private boolean block(String key, String target) {
        movers.remove(key);
        outcomes.put(key, occupied(key, target));
        List<String> group = losersOf(target);
        group.forEach(loser -> {
            losers.remove(loser);
            outcomes.put(loser, occupied(loser, target));
        });
        return true;
    }

    private List<String> losersOf(String target) {
        return losers.entrySet().stream()
                .filter(e -> e.getValue().equals(target))
                .map(Map.Entry::getKey)
                .toList();
    }

    private Outcome occupied(String key, String target) {
        return held(key, OutcomeKind.CONFLICT, TARGET_OCCUPIED)
                .to(target)
                .explained("another row has the new key and will not move");
    }

    /** The member of the group that stays: the one that moves to the target, or stands on it already. */
    private String survivorOf(String target) {
        return movers.entrySet().stream()
                .filter(e -> e.getValue().equals(target))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(target);
    }

    private void orderMoves(List<List<Move>> steps) {
        Map<String, String> current = new HashMap<>();
        Map<String, String> open = new LinkedHashMap<>(movers);
        while (!open.isEmpty()) {
            Set<String> occupied = new LinkedHashSet<>();
            open.keySet().forEach(key -> occupied.add(current.getOrDefault(key, key)));
            List<Move> ready = open.entrySet().stream()
                    .filter(e -> !occupied.contains(e.getValue()))
                    .map(e -> new Move(current.getOrDefault(e.getKey(), e.getKey()), e.getValue()))
                    .toList();
            if (ready.isEmpty()) {
                String first = open.keySet().iterator().next();
                String parked = parkedKeys.get();
                steps.add(List.of(new Move(current.getOrDefault(first, first), parked)));
                current.put(first, parked);
                continue;
            }
            steps.add(ready);
            open.entrySet().removeIf(e -> !occupied.contains(e.getValue()));
        }
    }
}
