package dev.godwit.cli.demo.documents;

import dev.godwit.cli.demo.Check;
import dev.godwit.cli.demo.Check.Findings;
import dev.godwit.cli.demo.Proof;
import dev.godwit.cli.demo.documents.Snapshot.Row;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Compares the tables after the rollback with those before the migration. Every row must be identical, but for rows that the traffic made or changed, and for
 * rows that lead to a document which the rollback left where it is because the traffic had changed it.
 */
final class RollbackProof {

    /**
     * What became of the rows of one table.
     *
     * @param identical to the last bit
     * @param created by the traffic
     * @param changed by the traffic
     * @param diverged of a document that the traffic changed after it had moved: left where it is, and everything that leads to it
     */
    record Tally(int identical, int created, int changed, int diverged) {

        /** The same with the table's name and checksums. */
        Proof.Tally of(String table, String checksumBefore, String checksumNow) {
            return new Proof.Tally(table, identical, created, changed, diverged, checksumBefore, checksumNow);
        }
    }

    private final Snapshot before;
    private final Snapshot after;
    private final Ledger ledger;
    private final Map<Relation, Tally> tallies = new EnumMap<>(Relation.class);
    private final Findings findings = new Findings();
    private final Set<String> divergedDocuments = new LinkedHashSet<>();
    private final Set<String> divergedIds = new LinkedHashSet<>();

    RollbackProof(Snapshot before, Snapshot after, Ledger ledger) {
        this.before = before;
        this.after = after;
        this.ledger = ledger;
        findDiverged();
        for (Relation relation : Relation.values()) {
            tallies.put(relation, compare(relation));
        }
    }

    private void findDiverged() {
        Set<Object> idsNow = after.rows(Relation.DOCUMENTS).keySet();
        before.rows(Relation.DOCUMENTS).forEach((id, row) -> {
            if (idsNow.contains(id)) {
                return;
            }
            if (ledger.changedDocument(row.first())) {
                divergedDocuments.add(row.first().document());
                divergedIds.add(id.toString());
            } else {
                findings.add("documents: %s did not come back, although nobody changed it", id);
            }
        });
    }

    private Tally compare(Relation relation) {
        Map<Object, Row> rowsBefore = before.rows(relation);
        Map<Object, Row> rowsAfter = after.rows(relation);
        Map<Kind, Integer> counts = new HashMap<>();
        Set<Object> keys = new HashSet<>(rowsBefore.keySet());
        keys.addAll(rowsAfter.keySet());
        for (Object key : keys) {
            Kind kind = kind(relation, key, rowsBefore.get(key), rowsAfter.get(key));
            counts.merge(kind, 1, Integer::sum);
            if (kind == Kind.UNEXPLAINED) {
                findings.add(
                        "%s: row %s differs: %s before, %s now",
                        relation.table(), key, tell(rowsBefore.get(key)), tell(rowsAfter.get(key)));
            }
        }
        return new Tally(
                counts.getOrDefault(Kind.IDENTICAL, 0),
                counts.getOrDefault(Kind.CREATED, 0),
                counts.getOrDefault(Kind.CHANGED, 0),
                counts.getOrDefault(Kind.DIVERGED, 0));
    }

    private enum Kind {
        IDENTICAL,
        CREATED,
        CHANGED,
        DIVERGED,
        UNEXPLAINED
    }

    private Kind kind(Relation relation, Object key, Row then, Row now) {
        if (then != null && then.equals(now)) {
            return Kind.IDENTICAL;
        }
        boolean known = then != null;
        Optional<Target> name = (known ? then : now).leadsTo().stream().findFirst();
        if (relation == Relation.DOCUMENTS && ledger.changedDocument(name.orElseThrow())) {
            if (known && now != null) {
                return Kind.CHANGED;
            }
            return leadsToDiverged(then) || leadsToDiverged(now)
                    ? Kind.DIVERGED
                    : known ? Kind.UNEXPLAINED : Kind.CREATED;
        }
        if (ledger.wrote(relation, key, name)) {
            return known ? Kind.CHANGED : Kind.CREATED;
        }
        return leadsToDiverged(then) || leadsToDiverged(now) ? Kind.DIVERGED : Kind.UNEXPLAINED;
    }

    private boolean leadsToDiverged(Row row) {
        return row != null && row.leadsTo().stream().anyMatch(target -> divergedDocuments.contains(target.document()));
    }

    private static String tell(Row row) {
        return row == null
                ? "no row"
                : row.leadsTo() + String.format(" %016x%016x", row.checksum(), row.checksumRest());
    }

    Map<Relation, Tally> tallies() {
        return tallies;
    }

    /** Old ids of the documents that the rollback left where they are, because the traffic had changed them. */
    Set<String> divergedIds() {
        return divergedIds;
    }

    /** Soft references in rows of the traffic's own that lead nowhere now: what the application wrote is not rewritten behind its back. */
    int danglingOfTraffic() {
        int dangling = 0;
        for (Relation relation : Relation.values()) {
            for (Map.Entry<Object, Row> entry : after.rows(relation).entrySet()) {
                Row then = before.rows(relation).get(entry.getKey());
                dangling += (int) entry.getValue().leadsTo().stream()
                        .filter(Target::dangles)
                        .filter(target -> then == null || !then.leadsTo().contains(target))
                        .count();
            }
        }
        return dangling;
    }

    Check check() {
        int identical = tallies.values().stream().mapToInt(Tally::identical).sum();
        return findings.check(
                "every table is identical but for what the traffic wrote",
                "%,d of %,d rows identical",
                identical,
                before.rowCount());
    }
}
