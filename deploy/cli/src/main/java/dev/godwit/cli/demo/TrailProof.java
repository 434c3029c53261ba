package dev.godwit.cli.demo;

import dev.godwit.cli.client.AuditClient;
import dev.godwit.cli.demo.Check.Findings;
import java.io.IOException;
import java.io.InputStream;
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
final class TrailProof {

    private static final String ROOT = "public.documents";

    private final AuditClient audit;

    TrailProof(AuditClient audit) {
        this.audit = audit;
    }

    /** Whether every entity of the journal is told as migrated, with the same new key, and no other is. */
    Check equalsJournal(Connection journal, String run) throws SQLException, IOException {
        Findings findings = new Findings();
        Map<String, String> told = new HashMap<>();
        try (InputStream csv = audit.reportCsv(run)) {
            AuditTrail.read(csv, outcome -> {
                boolean migrated =
                        outcome.table().equals(ROOT) && outcome.outcome().equals("migrated");
                if (migrated && told.put(outcome.key(), outcome.newKey()) != null) {
                    findings.add("the trail tells twice that %s was migrated", outcome.key());
                }
            });
        }
        int entities = 0;
        try (PreparedStatement statement = journal.prepareStatement("""
                SELECT i.old_key, i.new_key
                  FROM godwit.identity AS i
                 WHERE i.run_id = ?
                   AND i.relation = 0
                """)) {
            statement.setString(1, run);
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    entities++;
                    String key = found.getString("old_key");
                    String newKey = told.remove(key);
                    if (!found.getString("new_key").equals(newKey)) {
                        findings.add("journal: %s became %s, trail: %s", key, found.getString("new_key"), newKey);
                    }
                }
            }
        }
        told.forEach((key, newKey) -> findings.add("trail: %s became %s, but the journal does not know", key, newKey));
        return findings.check("the audit trail equals the journal row by row", "%,d entities", entities);
    }

    /** Whether the trail names as diverged exactly those documents that the rollback did not bring back, and uploads of the traffic. */
    Check namesDiverged(String run, Set<String> divergedIds, Snapshot before, Snapshot after) throws IOException {
        Findings findings = new Findings();
        Set<String> missing = new HashSet<>(divergedIds);
        int[] ofTraffic = {0};
        try (InputStream csv = audit.reportCsv(run)) {
            AuditTrail.read(csv, outcome -> {
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
        }
        missing.forEach(id -> findings.add("%s did not come back and the trail does not call it diverged", id));
        return findings.check(
                "the trail names as diverged what was left, and only that",
                "%,d documents of before, %,d uploads of the traffic",
                divergedIds.size(),
                ofTraffic[0]);
    }
}
