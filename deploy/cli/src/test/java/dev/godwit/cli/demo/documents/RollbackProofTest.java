package dev.godwit.cli.demo.documents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.cli.demo.documents.RollbackProof.Tally;
import dev.godwit.cli.demo.documents.Snapshot.Row;
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
    private final Map<Relation, Map<Object, Row>> before = tables();
    private final Map<Relation, Map<Object, Row>> after = tables();

    @Test
    void shouldHoldWhenEveryRowCameBack() {
        both(Relation.DOCUMENTS, "old-a", 1, Target.of(A));
        both(Relation.SEARCH_LOG, 7L, 2, Target.of(A));

        assertThat(proof().check().holds()).isTrue();
        assertThat(proof().tallies().get(Relation.SEARCH_LOG)).isEqualTo(new Tally(1, 0, 0, 0));
    }

    @Test
    void shouldTellOfDocumentThatDidNotComeBackAlthoughNobodyChangedIt() {
        put(before, Relation.DOCUMENTS, "old-a", 1, Target.of(A));
        put(after, Relation.DOCUMENTS, "new-a", 2, Target.of(A));

        assertThat(proof().check().holds()).isFalse();
        assertThat(proof().divergedIds()).isEmpty();
    }

    @Test
    void shouldAllowWhatTheTrafficChangedToStayWithAllThatLeadsToIt() {
        ledger.retitled(A, "changed");
        put(before, Relation.DOCUMENTS, "old-a", 1, Target.of(A));
        put(after, Relation.DOCUMENTS, "new-a", 2, Target.of(A));
        put(before, Relation.CHUNKS, "old-chunk", 3, Target.of(A, 0));
        put(after, Relation.CHUNKS, "new-chunk", 4, Target.of(A, 0));
        put(before, Relation.SEARCH_LOG, 7L, 5, Target.of(A));
        put(after, Relation.SEARCH_LOG, 7L, 6, Target.of(A));

        RollbackProof proof = proof();

        assertThat(proof.check().differences()).isEmpty();
        assertThat(proof.divergedIds()).containsExactly("old-a");
        assertThat(proof.tallies().get(Relation.SEARCH_LOG)).isEqualTo(new Tally(0, 0, 0, 1));
    }

    @Test
    void shouldTellOfReferenceThatDiffersAlthoughItsDocumentCameBack() {
        ledger.retitled(A, "changed");
        put(before, Relation.DOCUMENTS, "old-a", 1, Target.of(A));
        put(after, Relation.DOCUMENTS, "old-a", 2, Target.of(A));
        put(before, Relation.SEARCH_LOG, 7L, 5, Target.of(A));
        put(after, Relation.SEARCH_LOG, 7L, 6, Target.parse("dangling:new-a"));

        RollbackProof proof = proof();

        assertThat(proof.check().differences()).singleElement().asString().contains("search_log: row 7");
        assertThat(proof.tallies().get(Relation.DOCUMENTS)).isEqualTo(new Tally(0, 0, 1, 0));
    }

    @Test
    void shouldTellOfRowThatIsGoneOrCameFromNowhere() {
        put(before, Relation.COMMENTS, 1L, 1, Target.of(A));
        put(after, Relation.COMMENTS, 2L, 1, Target.of(A));

        assertThat(proof().check().differences()).hasSize(2);
    }

    @Test
    void shouldCountRowsOfTheTraffic() {
        ledger.uploaded(B, "live", Map.of(1000, "live part"));
        ledger.rowInserted(Relation.COMMENTS, 8, Target.of(B));
        put(after, Relation.DOCUMENTS, "new-b", 1, Target.of(B));
        put(after, Relation.CHUNKS, "chunk-b", 2, Target.of(B, 1000));
        put(after, Relation.COMMENTS, 8L, 3, Target.of(B));

        RollbackProof proof = proof();

        assertThat(proof.check().differences()).isEmpty();
        assertThat(proof.tallies().get(Relation.DOCUMENTS)).isEqualTo(new Tally(0, 1, 0, 0));
        assertThat(proof.tallies().get(Relation.CHUNKS)).isEqualTo(new Tally(0, 1, 0, 0));
        assertThat(proof.tallies().get(Relation.COMMENTS)).isEqualTo(new Tally(0, 1, 0, 0));
    }

    private RollbackProof proof() {
        return new RollbackProof(new Snapshot(before), new Snapshot(after), ledger);
    }

    private void both(Relation relation, Object key, long hash, Target leadsTo) {
        put(before, relation, key, hash, leadsTo);
        put(after, relation, key, hash, leadsTo);
    }

    private static void put(
            Map<Relation, Map<Object, Row>> tables, Relation relation, Object key, long hash, Target leadsTo) {
        tables.get(relation).put(key, new Row(hash, hash, List.of(leadsTo)));
    }

    private static Map<Relation, Map<Object, Row>> tables() {
        Map<Relation, Map<Object, Row>> tables = new EnumMap<>(Relation.class);
        for (Relation relation : Relation.values()) {
            tables.put(relation, new HashMap<>());
        }
        return tables;
    }
}
