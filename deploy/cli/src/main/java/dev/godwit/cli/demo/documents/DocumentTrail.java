package dev.godwit.cli.demo.documents;

import dev.godwit.cli.client.Run;
import dev.godwit.cli.demo.Check;
import dev.godwit.cli.demo.Check.Findings;
import dev.godwit.cli.demo.Flown;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Compares what the audit trail tells with what migration-service keeps in its journal, row by row, in both directions. */
final class DocumentTrail {

    private static final String ROOT = "public.documents";

    private final Flown flown;

    DocumentTrail(Flown flown) {
        this.flown = flown;
    }

    /** A move, as journal and trail both name it. */
    private record Move(String key, String newKey) {}

    /**
     * Whether the trail tells each move of the journal, as often as it was made, and no other. A document can be moved twice under one key: it stays where it is when late
     * children are put right, and is merged later into a duplicate that the application uploads.
     */
    Check equalsJournal(Run run) throws SQLException, IOException {
        Findings findings = new Findings();
        Map<Move, Integer> open = new HashMap<>();
        flown.outcomes(run, outcome -> {
            if (outcome.table().equals(ROOT) && outcome.outcome().equals("migrated")) {
                open.merge(new Move(outcome.key(), outcome.newKey()), 1, Integer::sum);
            }
        });
        int moves = 0;
        try (Connection journal = flown.journal().connect();
                PreparedStatement statement = journal.prepareStatement("""
                SELECT i.old_key, i.new_key
                  FROM godwit.identity AS i
                 WHERE i.run_id = ?
                   AND i.relation = 0
                """)) {
            statement.setString(1, run.id());
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    moves++;
                    open.merge(new Move(found.getString("old_key"), found.getString("new_key")), -1, Integer::sum);
                }
            }
        }
        open.forEach((move, more) -> {
            if (more != 0) {
                String where = more > 0 ? "trail tells" : "journal knows";
                findings.add(
                        "the %s %,d times more that %s became %s", where, Math.abs(more), move.key(), move.newKey());
            }
        });
        return findings.check("the audit trail equals the journal row by row", "%,d entities", moves);
    }

    /** Whether the trail names as diverged exactly those documents that the rollback did not bring back, and uploads of the traffic. */
    Check namesDiverged(Run run, Set<String> divergedIds, Snapshot before, Snapshot after) throws IOException {
        Findings findings = new Findings();
        Set<String> missing = new HashSet<>(divergedIds);
        int[] ofTraffic = {0};
        flown.outcomes(run, outcome -> {
            if (!outcome.table().equals(ROOT)
                    || !outcome.outcome().equals("diverged")
                    || missing.remove(outcome.key())) {
                return;
            }
            UUID id = UUID.fromString(outcome.key());
            Snapshot.Row then = before.rows(Relation.DOCUMENTS).get(id);
            // A survivor that the traffic changed may stand where a merged one was: the id is there, the row is
            // not.
            if (then != null && then.equals(after.rows(Relation.DOCUMENTS).get(id))) {
                findings.add("the trail calls %s diverged, but it came back", outcome.key());
            } else {
                ofTraffic[0]++;
            }
        });
        missing.forEach(id -> findings.add("%s did not come back and the trail does not call it diverged", id));
        return findings.check(
                "the trail names as diverged what was left, and only that",
                "%,d documents of before, %,d uploads of the traffic",
                divergedIds.size(),
                ofTraffic[0]);
    }
}
