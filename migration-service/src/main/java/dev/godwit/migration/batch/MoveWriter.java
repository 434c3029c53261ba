package dev.godwit.migration.batch;

import dev.godwit.migration.batch.DerivedKeys.Maps;
import dev.godwit.migration.operation.rekey.Decision;
import dev.godwit.migration.operation.rekey.Decision.Move;
import dev.godwit.migration.operation.rekey.RekeyModel;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Makes the moves of a batch, step by step, with everything that hangs on the entities. */
final class MoveWriter {

    private final RekeyRun run;
    private final RekeyModel model;
    private final SqlConnection connection;
    private final RekeyJournal journal;
    private final KeysAside aside;
    private Map<String, Long> written = new LinkedHashMap<>();

    MoveWriter(RekeyRun run, SqlConnection connection, RekeyJournal journal) {
        this.run = run;
        this.model = run.model();
        this.connection = connection;
        this.journal = journal;
        this.aside = new KeysAside(model);
    }

    /**
     * Moves, and answers the rows written per table.
     *
     * @param childrenOf entities that stay, with children whose keys are not what they should be
     */
    Uni<Map<String, Long>> move(Decision decision, Set<String> childrenOf) {
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
                .transformToUniAndConcatenate(step -> isAside(step, targets) ? stepAside(step) : moveStep(step))
                .onItem()
                .ignoreAsUni()
                .replaceWith(() -> written);
    }

    private static boolean isAside(List<Move> step, Set<String> targets) {
        return step.stream().anyMatch(move -> !move.from().equals(move.to()) && !targets.contains(move.to()));
    }

    /** An entity leaves its place in a circle, for a moment; nothing of that is journaled. */
    private Uni<Void> stepAside(List<Move> step) {
        return new DerivedKeys(run, connection).maps(step, true).chain(maps -> write(aside.withParents(maps)));
    }

    private Uni<Void> moveStep(List<Move> step) {
        return new DerivedKeys(run, connection)
                .maps(step, true)
                .chain(maps -> aside.first(maps)
                        .map(first -> write(first).replaceWith(() -> aside.then(maps, first)))
                        .orElseGet(() -> Uni.createFrom().item(maps)))
                .chain(maps -> write(maps).chain(() -> journal.derivedIdentities(maps, aside)));
    }

    private Uni<Void> write(Maps maps) {
        return connection
                .preparedQuery(run.sql().rewrite())
                .execute(maps.parameters())
                .map(rows -> rows.iterator().next())
                .invoke(row -> written = BatchResult.sum(written, written(model, row)))
                .chain(row -> journal.movedElsewhere(List.of(row.getArrayOfStrings("moved"))));
    }

    /** Rows per table, as a rewrite or its count answers them; tables without any are left out. */
    static Map<String, Long> written(RekeyModel model, Row row) {
        Long[] counts = row.getArrayOfLongs("written");
        Map<String, Long> written = new LinkedHashMap<>();
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] > 0) {
                written.merge(model.rewrites().get(i).table().toString(), counts[i], Long::sum);
            }
        }
        return written;
    }
}
