package dev.godwit.cli.demo.documents;

import dev.godwit.cli.demo.Check;
import dev.godwit.cli.demo.Check.Findings;
import dev.godwit.cli.demo.documents.Snapshot.Row;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiPredicate;
import java.util.stream.Stream;

/**
 * What must be true after the commit, checked from the application's side alone: by content, against what the tables held before and what the ledger says.
 *
 * <p>The traffic must be at rest.
 */
final class Verification {

    private final Snapshot before;
    private final Snapshot after;
    private final Ledger ledger;
    private final Connection connection;

    Verification(Snapshot before, Snapshot after, Ledger ledger, Connection connection) {
        this.before = before;
        this.after = after;
        this.ledger = ledger;
        this.connection = connection;
    }

    List<Check> checks() throws SQLException {
        List<Check> checks = new ArrayList<>();
        checks.add(documentsAreDeterministic());
        checks.add(chunksAreDeterministic());
        checks.add(eachContentIsOneDocument());
        checks.add(nothingIsLost());
        checks.add(referencesLeadWhereTheyLed());
        checks.add(noReferenceDangles());
        checks.add(acknowledgedWritesAreThere());
        return checks;
    }

    private Check documentsAreDeterministic() {
        Findings findings = new Findings();
        after.rows(Relation.DOCUMENTS).forEach((id, row) -> {
            UUID wanted = row.first().content().deterministicId();
            if (!wanted.equals(id)) {
                findings.add("document %s should be %s", id, wanted);
            }
        });
        return findings.check(
                "every document has its deterministic id",
                "%,d documents",
                after.rows(Relation.DOCUMENTS).size());
    }

    private Check chunksAreDeterministic() {
        Findings findings = new Findings();
        after.rows(Relation.CHUNKS).forEach((id, row) -> {
            Target chunk = row.first();
            if (chunk.dangles()) {
                findings.add("chunk %s belongs to no document", id);
                return;
            }
            UUID wanted = Content.deterministicChunkId(chunk.content().deterministicId(), chunk.chunk());
            if (!wanted.equals(id)) {
                findings.add("chunk %s (%s) should be %s", id, chunk, wanted);
            }
        });
        return findings.check(
                "every chunk has its deterministic id",
                "%,d chunks",
                after.rows(Relation.CHUNKS).size());
    }

    private Check eachContentIsOneDocument() {
        Findings findings = new Findings();
        Set<Target> seen = new HashSet<>();
        after.rows(Relation.DOCUMENTS).forEach((id, row) -> {
            if (!seen.add(row.first())) {
                findings.add("content %s is there twice, once as %s", row.first(), id);
            }
        });
        int contentsBefore = names(before, Relation.DOCUMENTS).size();
        return findings.check(
                "each content is one document",
                "%,d duplicates merged",
                before.rows(Relation.DOCUMENTS).size() - contentsBefore);
    }

    private Check nothingIsLost() {
        Findings findings = new Findings();
        int rows = 0;
        for (Relation relation : Relation.values()) {
            if (relation == Relation.DOCUMENTS || relation == Relation.CHUNKS) {
                // Their keys have changed and duplicates are one now: looked for by name.
                Set<Target> names = names(before, relation);
                rows += names.size();
                names.removeAll(names(after, relation));
                names.forEach(name -> findings.add("%s: %s is gone", relation.table(), name));
            } else {
                Set<Object> keys = new HashSet<>(before.rows(relation).keySet());
                rows += keys.size();
                keys.removeAll(after.rows(relation).keySet());
                keys.forEach(key -> findings.add("%s: row %s is gone", relation.table(), key));
            }
        }
        return findings.check(
                "nothing that was there before is gone", "%,d rows of %d tables", rows, Relation.values().length);
    }

    private static Set<Target> names(Snapshot snapshot, Relation relation) {
        Set<Target> names = new HashSet<>();
        snapshot.rows(relation).values().forEach(row -> names.add(row.first()));
        return names;
    }

    private Check referencesLeadWhereTheyLed() {
        Findings findings = new Findings();
        int references = 0;
        for (Relation relation : Relation.values()) {
            for (Map.Entry<Object, Row> entry : before.rows(relation).entrySet()) {
                List<Target> led = entry.getValue().leadsTo();
                Row now = after.rows(relation).get(entry.getKey());
                if (relation == Relation.DOCUMENTS
                        || relation == Relation.CHUNKS
                        || now == null
                        || rewrittenByTraffic(relation, entry.getKey())) {
                    continue;
                }
                references += led.size();
                // The traffic leaves alone what arrays began with.
                List<Target> leads = now.leadsTo()
                        .subList(0, Math.min(led.size(), now.leadsTo().size()));
                if (!leads.equals(led)) {
                    findings.add(
                            "%s: row %s led to %s and leads to %s",
                            relation.table(), entry.getKey(), led, now.leadsTo());
                }
            }
        }
        return findings.check(
                "every reference leads to the content it led to", "%,d references in 7 columns", references);
    }

    private boolean rewrittenByTraffic(Relation relation, Object key) {
        return relation == Relation.SETTINGS
                && (ledger.lastDocuments().containsKey(key)
                        || !ledger.doubtfulLastDocuments((UUID) key).isEmpty());
    }

    private Check noReferenceDangles() {
        Findings findings = new Findings();
        int orphans = 0;
        for (Relation relation : Relation.values()) {
            for (Map.Entry<Object, Row> entry : after.rows(relation).entrySet()) {
                for (Target leadsTo : entry.getValue().leadsTo()) {
                    if (!leadsTo.dangles()) {
                        continue;
                    }
                    Row then = before.rows(relation).get(entry.getKey());
                    if (then != null && then.leadsTo().contains(leadsTo)) {
                        orphans++;
                    } else {
                        findings.add(
                                "%s: row %s has an id of no document: %s", relation.table(), entry.getKey(), leadsTo);
                    }
                }
            }
        }
        return findings.check("no reference dangles", "%d orphans of before are as they were", orphans);
    }

    private Check acknowledgedWritesAreThere() throws SQLException {
        Findings findings = new Findings();
        texts(
                "SELECT user_id || ':' || lower(file_sha256), title FROM documents",
                ledger.titles(),
                (content, title) -> ledger.mayBeTitled(content, title),
                "title of document",
                findings);
        texts("""
                SELECT d.user_id || ':' || lower(d.file_sha256) || '#' || c.chunk_no, c.text
                  FROM document_chunks AS c
                  JOIN documents AS d ON d.id = c.document_id
                 WHERE c.chunk_no >= 1000
                """, ledger.chunks(), (chunk, text) -> false, "text of chunk", findings);
        for (Relation relation : Relation.values()) {
            ledger.rows(relation).forEach((id, target) -> {
                if (!leadsTo(relation, id).equals(List.of(target))) {
                    findings.add(
                            "%s: row %d must lead to %s, found %s",
                            relation.table(), id, target, leadsTo(relation, id));
                }
            });
        }
        ledger.pins()
                .forEach((workspace, contents) -> contents.forEach(content -> {
                    if (!leadsTo(Relation.WORKSPACES, workspace).contains(Target.of(content))) {
                        findings.add("workspaces: row %d has lost its pin of %s", workspace, content);
                    }
                }));
        ledger.lastDocuments().forEach((user, content) -> {
            if (Stream.concat(Stream.of(content), ledger.doubtfulLastDocuments(user).stream())
                    .noneMatch(each -> leadsTo(Relation.SETTINGS, user).equals(List.of(Target.of(each))))) {
                findings.add(
                        "settings: row %s must lead to %s, found %s", user, content, leadsTo(Relation.SETTINGS, user));
            }
        });
        return findings.check("every write acknowledged to the traffic is there", "%,d writes", ledger.writes());
    }

    private List<Target> leadsTo(Relation relation, Object key) {
        Row row = after.rows(relation).get(key);
        return row == null ? List.of() : row.leadsTo();
    }

    private <K> void texts(
            String query, Map<K, String> wanted, BiPredicate<K, String> doubtful, String what, Findings findings)
            throws SQLException {
        Map<String, String> found = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(query);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                found.put(rows.getString(1), rows.getString(2));
            }
        }
        wanted.forEach((name, text) -> {
            String now = found.get(name.toString());
            if (now == null || (!text.equals(now) && !doubtful.test(name, now))) {
                findings.add("%s %s must be '%s', found '%s'", what, name, text, now);
            }
        });
    }
}
