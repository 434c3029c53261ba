package dev.godwit.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.cli.demo.RollbackProof.Tally;
import dev.godwit.cli.demo.Snapshot.Row;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class RollbackProofTest {

    private static final Content A = new Content(new UUID(1, 1), "aa");
    private static final Content B = new Content(new UUID(1, 1), "bb");

    private final Ledger ledger = new Ledger();
    private final Map<Relation, Map<String, Row>> before = tables();
    private final Map<Relation, Map<String, Row>> after = tables();

    @Test
    void shouldHoldWhenEveryRowCameBack() {
        both(Relation.DOCUMENTS, "old-a", "1", A.toString());
        both(Relation.SEARCH_LOG, "7", "2", A.toString());

        assertThat(proof().check().holds()).isTrue();
        assertThat(proof().tallies().get(Relation.SEARCH_LOG)).isEqualTo(new Tally(1, 0, 0, 0));
    }

    @Test
    void shouldTellOfDocumentThatDidNotComeBackAlthoughNobodyChangedIt() {
        put(before, Relation.DOCUMENTS, "old-a", "1", A.toString());
        put(after, Relation.DOCUMENTS, "new-a", "2", A.toString());

        assertThat(proof().check().holds()).isFalse();
        assertThat(proof().divergedIds()).isEmpty();
    }

    @Test
    void shouldAllowWhatTheTrafficChangedToStayWithAllThatLeadsToIt() {
        ledger.retitled(A, "changed");
        put(before, Relation.DOCUMENTS, "old-a", "1", A.toString());
        put(after, Relation.DOCUMENTS, "new-a", "2", A.toString());
        put(before, Relation.CHUNKS, "old-chunk", "3", A.chunk(0));
        put(after, Relation.CHUNKS, "new-chunk", "4", A.chunk(0));
        put(before, Relation.SEARCH_LOG, "7", "5", A.toString());
        put(after, Relation.SEARCH_LOG, "7", "6", A.toString());

        RollbackProof proof = proof();

        assertThat(proof.check().differences()).isEmpty();
        assertThat(proof.divergedIds()).containsExactly("old-a");
        assertThat(proof.tallies().get(Relation.SEARCH_LOG)).isEqualTo(new Tally(0, 0, 0, 1));
    }

    @Test
    void shouldTellOfReferenceThatDiffersAlthoughItsDocumentCameBack() {
        ledger.retitled(A, "changed");
        put(before, Relation.DOCUMENTS, "old-a", "1", A.toString());
        put(after, Relation.DOCUMENTS, "old-a", "2", A.toString());
        put(before, Relation.SEARCH_LOG, "7", "5", A.toString());
        put(after, Relation.SEARCH_LOG, "7", "6", Snapshot.DANGLING + "new-a");

        RollbackProof proof = proof();

        assertThat(proof.check().differences()).singleElement().asString().contains("search_log: row 7");
        assertThat(proof.tallies().get(Relation.DOCUMENTS)).isEqualTo(new Tally(0, 0, 1, 0));
    }

    @Test
    void shouldTellOfRowThatIsGoneOrCameFromNowhere() {
        put(before, Relation.COMMENTS, "1", "1", A.toString());
        put(after, Relation.COMMENTS, "2", "1", A.toString());

        assertThat(proof().check().differences()).hasSize(2);
    }

    @Test
    void shouldCountRowsOfTheTraffic() {
        ledger.uploaded(B, "live", Map.of(1000, "live part"));
        ledger.rowInserted(Relation.COMMENTS, 8, B.toString());
        put(after, Relation.DOCUMENTS, "new-b", "1", B.toString());
        put(after, Relation.CHUNKS, "chunk-b", "2", B.chunk(1000));
        put(after, Relation.COMMENTS, "8", "3", B.toString());

        RollbackProof proof = proof();

        assertThat(proof.check().differences()).isEmpty();
        assertThat(proof.tallies().get(Relation.DOCUMENTS)).isEqualTo(new Tally(0, 1, 0, 0));
        assertThat(proof.tallies().get(Relation.CHUNKS)).isEqualTo(new Tally(0, 1, 0, 0));
        assertThat(proof.tallies().get(Relation.COMMENTS)).isEqualTo(new Tally(0, 1, 0, 0));
    }

    private RollbackProof proof() {
        return new RollbackProof(new Snapshot(before), new Snapshot(after), ledger);
    }

    private void both(Relation relation, String key, String hash, String leadsTo) {
        put(before, relation, key, hash, leadsTo);
        put(after, relation, key, hash, leadsTo);
    }

    private static void put(
            Map<Relation, Map<String, Row>> tables, Relation relation, String key, String hash, String leadsTo) {
        tables.get(relation).put(key, new Row(hash, List.of(leadsTo)));
    }

    private static Map<Relation, Map<String, Row>> tables() {
        Map<Relation, Map<String, Row>> tables = new EnumMap<>(Relation.class);
        for (Relation relation : Relation.values()) {
            tables.put(relation, new HashMap<>());
        }
        return tables;
    }
}
