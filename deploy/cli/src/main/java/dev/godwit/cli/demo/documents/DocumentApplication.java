package dev.godwit.cli.demo.documents;

import dev.godwit.cli.demo.Application;
import dev.godwit.cli.demo.TrafficCounts;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** Uploads and edits documents. Its old code draws random ids and writes ids that it read at its start; the newer code computes them. */
final class DocumentApplication implements Application {

    private final Ledger ledger;
    private final DocumentCounts counts = new DocumentCounts();

    DocumentApplication(Ledger ledger) {
        this.ledger = ledger;
    }

    @Override
    public Optional<Worker> worker(Connection connection, int share, int shares, SplittableRandom random)
            throws SQLException {
        Memory memory = new Memory(random);
        memory.learn(connection, share, shares);
        return memory.isEmpty()
                ? Optional.empty()
                : Optional.of((now, choice, newCode) ->
                        new DocumentWrites(now, memory, ledger, counts, random).write(choice, newCode));
    }

    @Override
    public long writes() {
        return ledger.writes();
    }

    @Override
    public List<Met> met(TrafficCounts traffic) {
        return List.of(
                new Met(
                        "refusedChildren",
                        "child inserts refused, their parent had just moved; repeated after a look-up by natural key",
                        counts.refusedChildren.sum()),
                new Met(
                        "missedUpdates",
                        "updates that met no row under the old id; repeated by natural key",
                        counts.missedUpdates.sum()),
                traffic.collisions(),
                new Met(
                        "oldIdsWritten",
                        "old ids written late into columns that no foreign key guards",
                        counts.rememberedIds.sum()));
    }

    @Override
    public String retirement() {
        return "from here on no old id is written";
    }
}
