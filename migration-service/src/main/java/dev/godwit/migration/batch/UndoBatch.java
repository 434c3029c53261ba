package dev.godwit.migration.batch;

import static dev.godwit.migration.definition.Identifier.quote;

import dev.godwit.migration.operation.Outcome;
import dev.godwit.migration.operation.OutcomeKind;
import dev.godwit.migration.operation.rekey.RekeyModel;
import dev.godwit.migration.operation.rekey.RekeyModel.DerivedKey;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Undoes one batch, in the reverse order of what it did: whoever moved goes back, with everything that hangs on it; then merges are taken apart, losers and their
 * children return. Rows that others created keep their content; only a reference of theirs follows its parent back. Use once.
 */
final class UndoBatch {

    /** Code of a row that somebody changed after the run had written it. */
    static final String CHANGED_SINCE = "changed_since";

    /** Code of a row that is gone. */
    static final String DELETED_SINCE = "deleted_since";

    /** Code of a row whose old key somebody else has now. */
    static final String KEY_TAKEN = "key_taken";

    private static final String MOVES = """
            SELECT old_key, new_key, merged
              FROM godwit.identity
             WHERE run_id = $1
               AND relation = 0
               AND batch = $2
             ORDER BY old_key
            """;

    private static final String INVERSE = """
            SELECT DISTINCT ON (new_key) new_key, old_key
              FROM godwit.identity
             WHERE run_id = $1
               AND relation = $2
               AND batch = $3
               AND NOT merged
               AND new_key = ANY ($4::text[])
            """;

    private final RekeyRun run;
    private final RekeyModel model;
    private final SqlConnection connection;
    private final long batch;
    private final OwnWrites ownWrites;
    private final KeysAside aside;
    private final List<Outcome> outcomes = new ArrayList<>();
    private Map<String, Long> written = new LinkedHashMap<>();

    UndoBatch(RekeyRun run, SqlConnection connection, long batch) {
        this.run = run;
        this.model = run.model();
        this.connection = connection;
        this.batch = batch;
        this.ownWrites = new OwnWrites(run.runId(), connection);
        this.aside = new KeysAside(model);
    }

    private record Moved(String oldKey, String newKey, boolean merged) {}

    Uni<BatchResult> undo() {
        return query(MOVES, Tuple.of(run.runId(), batch))
                .map(rows -> rows.stream()
                        .map(row ->
                                new Moved(row.getString("old_key"), row.getString("new_key"), row.getBoolean("merged")))
                        .toList())
                .chain(moves -> survivors(moves).chain(this::moveBack))
                .chain(() -> childrenAlone())
                .chain(() -> takeApart())
                .chain(() -> withFormerKeys())
                .map(told -> new BatchResult(told, written, List.of(), List.of(), List.of(), told.size()));
    }

    /** Keys from before this batch lead to the restored key again. */
    private Uni<List<Outcome>> withFormerKeys() {
        List<String> restored = outcomes.stream()
                .filter(o -> o.kind() == OutcomeKind.REVERTED)
                .flatMap(o -> o.newKey().stream())
                .toList();
        return new FormerKeys(run, connection).of(restored, batch).map(former -> outcomes.stream()
                .map(o -> o.kind() == OutcomeKind.REVERTED
                                && former.containsKey(o.newKey().orElse(""))
                        ? o.known(former.get(o.newKey().get()))
                        : o)
                .toList());
    }

    /** Moves whose row still is what we wrote, locked; the others are reported. */
    private Uni<List<Moved>> survivors(List<Moved> moves) {
        List<Moved> moved = moves.stream().filter(m -> !m.merged()).toList();
        String[] keys = moved.stream().map(Moved::newKey).toArray(String[]::new);
        String sql = """
                SELECT t.%s::text AS key, t.xmin::text AS xmin
                  FROM %s AS t
                 WHERE t.%s = ANY (%s)
                 ORDER BY 1
                   FOR UPDATE
                """.formatted(
                        quote(model.key()),
                        model.root().quoted(),
                        quote(model.key()),
                        model.keyType().array(1));
        return query(sql, Tuple.of((Object) keys))
                .chain(rows -> ownWrites.among(rows).map(own -> {
                    Map<String, String> xmins = new HashMap<>();
                    rows.forEach(row -> xmins.put(row.getString("key"), row.getString("xmin")));
                    return moved.stream()
                            .filter(m -> isOurs(m, xmins.get(m.newKey()), own))
                            .toList();
                }));
    }

    private boolean isOurs(Moved move, String xmin, Set<String> own) {
        boolean childrenOnly = move.oldKey().equals(move.newKey());
        if (xmin != null && (childrenOnly || own.contains(xmin))) {
            return true;
        }
        outcomes.add(left(move, xmin == null ? DELETED_SINCE : CHANGED_SINCE));
        return false;
    }

    /** An entity is named by the key it had before the run; where it stands now is its new key. */
    private Outcome left(Moved move, String reason) {
        return diverged(run.rootName(), move.oldKey(), reason).to(move.newKey());
    }

    private static Outcome diverged(String table, String key, String reason) {
        return Outcome.of(table, key, OutcomeKind.DIVERGED)
                .because(reason)
                .explained("left as it is: it is not what the run wrote");
    }

    private Uni<Void> takeApart() {
        return new UndoMerges(run, connection, batch)
                .undo()
                .invoke(undone -> {
                    outcomes.addAll(undone.outcomes());
                    written = BatchResult.sum(written, undone.written());
                })
                .replaceWithVoid();
    }

    /** The old key may have been taken meanwhile; then the row stays where it is. */
    private Uni<Void> moveBack(List<Moved> unchanged) {
        if (unchanged.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        String[] wanted = unchanged.stream().map(Moved::oldKey).toArray(String[]::new);
        return query(run.sql().readKeys(false), Tuple.of((Object) wanted)).chain(taken -> {
            Set<String> there = new HashSet<>();
            taken.forEach(row -> there.add(row.getString("key")));
            unchanged.forEach(m -> there.remove(m.newKey()));
            List<Moved> free = new ArrayList<>();
            for (Moved move : unchanged) {
                if (there.contains(move.oldKey())) {
                    outcomes.add(left(move, KEY_TAKEN));
                } else {
                    free.add(move);
                    outcomes.add(Outcome.of(run.rootName(), move.newKey(), OutcomeKind.REVERTED)
                            .to(move.oldKey()));
                }
            }
            return rewriteInOrder(free);
        });
    }

    /** The inverse of moves in which one row took another's place: whoever stands on a wanted key goes first, circles step aside. */
    private Uni<Void> rewriteInOrder(List<Moved> moves) {
        List<List<Moved>> steps = new ArrayList<>();
        List<Moved> open = new ArrayList<>(moves);
        while (!open.isEmpty()) {
            Set<String> occupied =
                    new HashSet<>(open.stream().map(Moved::newKey).toList());
            List<Moved> ready = open.stream()
                    .filter(m -> m.oldKey().equals(m.newKey()) || !occupied.contains(m.oldKey()))
                    .toList();
            if (ready.isEmpty()) {
                Moved first = open.remove(0);
                String place = model.keyType().parkedKey();
                steps.add(List.of(new Moved(place, first.newKey(), true)));
                open.add(new Moved(first.oldKey(), place, false));
                continue;
            }
            steps.add(ready);
            open.removeAll(ready);
        }
        return Multi.createFrom()
                .iterable(steps)
                .onItem()
                .transformToUniAndConcatenate(this::rewrite)
                .onItem()
                .ignoreAsUni();
    }

    private Uni<Void> rewrite(List<Moved> step) {
        boolean stepsAside = step.stream().anyMatch(Moved::merged);
        List<List<DerivedKeys.Entry>> maps = new ArrayList<>();
        maps.add(step.stream()
                .map(m -> new DerivedKeys.Entry(m.newKey(), m.oldKey(), null, null))
                .toList());
        return Multi.createFrom()
                .range(1, model.derived().size() + 1)
                .onItem()
                .transformToUniAndConcatenate(map -> derived(map, maps).invoke(maps::add))
                .onItem()
                .ignoreAsUni()
                .map(done -> new DerivedKeys.Maps(maps, List.of()))
                .chain(all -> stepsAside ? write(aside.withParents(all)) : inOrder(all));
    }

    private Uni<Void> inOrder(DerivedKeys.Maps maps) {
        return aside.first(maps)
                .map(first -> write(first).chain(() -> write(aside.then(maps, first))))
                .orElseGet(() -> write(maps));
    }

    private Uni<Void> write(DerivedKeys.Maps maps) {
        return query(run.sql().rewrite(), maps.parameters())
                .invoke(rows -> written = BatchResult.sum(written, MoveWriter.written(model, rows.get(0))))
                .replaceWithVoid();
    }

    /** Children get the key back that this batch took from them; those that others created, or changed since, keep theirs and only follow. */
    private Uni<List<DerivedKeys.Entry>> derived(int map, List<List<DerivedKeys.Entry>> maps) {
        DerivedKey child = model.derived().get(map - 1);
        List<DerivedKeys.Entry> parents = maps.get(child.parentMap());
        Map<String, String> follow = new HashMap<>();
        parents.forEach(p -> follow.put(p.from(), p.to()));
        String sql = """
                SELECT t.%s::text AS key, t.%s::text AS parent, t.xmin::text AS xmin
                  FROM %s AS t
                 WHERE t.%s = ANY (%s)
                   FOR UPDATE
                """.formatted(
                        quote(child.key()),
                        quote(child.parentColumn()),
                        child.table().quoted(),
                        quote(child.parentColumn()),
                        child.parentType().array(1));
        String[] keys = parents.stream().map(DerivedKeys.Entry::from).toArray(String[]::new);
        return query(sql, Tuple.of((Object) keys)).chain(rows -> inverse(map, rows)
                .chain(inverse -> ownWrites.among(rows).map(own -> rows.stream()
                        .map(row -> back(map, row, inverse, own, follow))
                        .toList())));
    }

    private Uni<Map<String, String>> inverse(int map, List<Row> rows) {
        String[] keys = rows.stream().map(row -> row.getString("key")).toArray(String[]::new);
        return query(INVERSE, Tuple.of(run.runId(), map, batch, keys)).map(found -> {
            Map<String, String> inverse = new HashMap<>();
            found.forEach(row -> inverse.put(row.getString("new_key"), row.getString("old_key")));
            return inverse;
        });
    }

    private DerivedKeys.Entry back(
            int map, Row row, Map<String, String> inverse, Set<String> own, Map<String, String> follow) {
        String key = row.getString("key");
        String parent = row.getString("parent");
        Optional<DerivedKeys.Entry> waiting = aside.whoIs(map, key);
        if (waiting.isPresent()) {
            return new DerivedKeys.Entry(key, waiting.get().to(), follow.get(parent), parent);
        }
        Optional<String> old = Optional.ofNullable(inverse.get(key));
        boolean ours = own.contains(row.getString("xmin"));
        if (old.isPresent() && !ours) {
            outcomes.add(diverged(model.tableOfMap(map).toString(), key, CHANGED_SINCE));
        }
        String to = ours ? old.orElse(key) : key;
        return new DerivedKeys.Entry(key, to, follow.get(parent), parent);
    }

    /** Children whose keys the batch rewrote though their parent had moved before: late ones, which the application had given keys of the old kind. */
    private Uni<Void> childrenAlone() {
        return Multi.createFrom()
                .iterable(model.derived())
                .filter(child -> child.parentMap() == 0)
                .onItem()
                .transformToUniAndConcatenate(this::childrenAlone)
                .onItem()
                .ignoreAsUni();
    }

    private Uni<Void> childrenAlone(DerivedKey child) {
        String sql = """
                SELECT DISTINCT t.%s::text AS parent
                  FROM godwit.identity AS i
                  JOIN %s AS t ON t.%s = i.new_key::%s
                 WHERE i.run_id = $1
                   AND i.relation = $2
                   AND i.batch = $3
                   AND NOT i.merged
                """.formatted(
                        quote(child.parentColumn()),
                        child.table().quoted(),
                        quote(child.key()),
                        child.type().castName());
        Tuple parameters = Tuple.of(run.runId(), model.derived().indexOf(child) + 1, batch);
        return query(sql, parameters)
                .map(rows -> rows.stream()
                        .map(row -> row.getString("parent"))
                        .filter(parent -> parent != null)
                        .map(parent -> new Moved(parent, parent, false))
                        .toList())
                .chain(parents -> parents.isEmpty() ? Uni.createFrom().voidItem() : rewrite(parents));
    }

    private Uni<List<Row>> query(String sql, Tuple parameters) {
        return Rows.query(connection, sql, parameters);
    }
}
