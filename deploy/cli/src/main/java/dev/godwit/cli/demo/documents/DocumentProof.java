package dev.godwit.cli.demo.documents;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.godwit.cli.client.Run;
import dev.godwit.cli.demo.Check;
import dev.godwit.cli.demo.Flown;
import dev.godwit.cli.demo.Proof;
import dev.godwit.cli.demo.Steps;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Documents are looked for by their content, since their ids have changed; on the way back every row by its checksum. */
final class DocumentProof implements Proof {

    private final Ledger ledger;
    private final Map<Moment, Snapshot> snapshots = new EnumMap<>(Moment.class);
    private RollbackProof rollback;

    DocumentProof(Ledger ledger) {
        this.ledger = ledger;
    }

    @Override
    public int read(Moment moment, Connection connection) throws SQLException {
        Snapshot snapshot = Snapshot.take(connection);
        snapshots.put(moment, snapshot);
        return snapshot.rowCount();
    }

    private Snapshot at(Moment moment) {
        return snapshots.get(moment);
    }

    @Override
    public List<Check> there(Connection connection) throws SQLException {
        return new Verification(at(Moment.BEFORE), at(Moment.THERE), ledger, connection).checks();
    }

    @Override
    public List<Check> toldThere(Flown flown) throws SQLException, IOException {
        return List.of(new DocumentTrail(flown).equalsJournal(flown.followed()));
    }

    @Override
    public List<Check> back(Connection connection) {
        rollback = new RollbackProof(at(Moment.BEFORE), at(Moment.BACK), ledger);
        return List.of(rollback.check());
    }

    @Override
    public List<Check> toldBack(Flown flown) throws IOException {
        Run back = flown.followed();
        return List.of(new DocumentTrail(flown)
                .namesDiverged(back, rollback.divergedIds(), at(Moment.BEFORE), at(Moment.BACK)));
    }

    @Override
    public List<Tally> tallies() {
        Map<String, String> sumsBefore = at(Moment.BEFORE).checksums();
        Map<String, String> sumsNow = at(Moment.BACK).checksums();
        return rollback.tallies().entrySet().stream()
                .map(entry -> entry.getValue()
                        .of(
                                entry.getKey().table(),
                                sumsBefore.get(entry.getKey().table()),
                                sumsNow.get(entry.getKey().table())))
                .toList();
    }

    @Override
    public void tellMore(Steps steps, ObjectNode told) {
        told.put("divergedDocuments", rollback.divergedIds().size());
        told.put("danglingReferencesOfTraffic", rollback.danglingOfTraffic());
        if (rollback.danglingOfTraffic() > 0) {
            steps.note(
                    "%,d soft references written by the traffic hold ids of the way there",
                    rollback.danglingOfTraffic());
        }
    }
}
