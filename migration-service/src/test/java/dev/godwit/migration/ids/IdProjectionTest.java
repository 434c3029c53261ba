package dev.godwit.migration.ids;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.godwit.migration.testing.Schemas;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdProjectionTest {

    private static final String TABLE = "public.documents";

    @Test
    void shouldMapTheOldKeyOfAMigratedEntity() {
        List<IdChange> changes = project("commit", "{'outcome':'migrated','key':'a','newKey':'b'}");

        assertThat(changes).containsExactly(change("a", "b"));
        assertThat(text(changes.get(0).recordKey())).isEqualTo("{\"table\":\"public.documents\",\"key\":\"a\"}");
        assertThat(text(changes.get(0).recordValue()))
                .isEqualTo("{\"table\":\"public.documents\",\"key\":\"a\",\"newKey\":\"b\",\"run\":\"r1\","
                        + "\"migration\":\"m\",\"at\":\"2026-11-21T00:00:00Z\"}");
    }

    @Test
    void shouldBeAnEventAsPublished() {
        IdChange change = project("commit", "{'outcome':'migrated','key':'a','newKey':'b'}")
                .get(0);

        assertThat(Schemas.violations("id-changed", text(change.recordValue()))).isEmpty();
    }

    @Test
    void shouldHaveTheSameIdWhenItComesAgain() {
        IdChange change = change("a", "b");

        assertThat(change.eventId())
                .isEqualTo(change("a", "b").eventId())
                .isNotEqualTo(change("a", "c").eventId());
    }

    @Test
    void shouldForgetAnEntityWhoseRowWentWithIt() {
        assertThat(
                        project(
                                "commit",
                                "{'table':'public.rows','outcome':'migrated','reason':'source_deleted','key':'b','formerKeys':['a']}"))
                .containsExactly(new IdChange(TABLE, "a", Optional.empty(), "r1", "m", "2026-11-21T00:00:00Z"));
    }

    @Test
    void shouldMapFormerKeysToTheNewestToo() {
        assertThat(project("commit", "{'outcome':'migrated','key':'b','newKey':'c','formerKeys':['a','c']}"))
                .containsExactly(change("b", "c"), change("a", "c"));
    }

    @Test
    void shouldMapARowThatAnImportFoundAsItShouldBe() {
        assertThat(project("commit", "{'outcome':'unchanged','key':'7','newKey':'b'}"))
                .containsExactly(change("7", "b"));
    }

    @Test
    void shouldForgetARestoredKeyAndLeadFormerOnesBackToIt() {
        List<IdChange> changes = project("commit", "{'outcome':'reverted','key':'c','newKey':'b','formerKeys':['a']}");

        assertThat(changes).containsExactly(change("b", null), change("a", "b"));
        assertThat(changes.get(0).recordValue()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'outcome':'unchanged','key':'a','newKey':'a'}",
                "{'outcome':'migrated','key':'a','newKey':'a'}",
                "{'outcome':'migrated','key':'a','newKey':null}",
                "{'outcome':'conflict','key':'a','newKey':'b'}",
                "{'outcome':'diverged','key':'a','newKey':'b'}",
                "{'outcome':'reverted','key':'a'}"
            })
    void shouldSayNothingWhereNoKeyChanged(String outcome) {
        assertThat(project("commit", outcome)).isEmpty();
    }

    @Test
    void shouldSayNothingOfPlans() {
        assertThat(project("plan", "{'outcome':'migrated','key':'a','newKey':'b'}"))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "null",
                "{}",
                "{'mode':'commit'}",
                "{'mode':'commit','outcomes':{}}",
                "{'mode':'commit','outcomes':[7]}",
                "{'mode':'commit','run':'r','migration':'m','at':'t','outcomes':[{'outcome':'migrated','newKey':'b'}]}",
                "{'mode':'commit','outcomes':[{'table':'t','outcome':'migrated','key':'a','newKey':'b'}]}"
            })
    void shouldRefuseWhatIsNoOutcomeEvent(String json) {
        byte[] event = json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);

        assertThatThrownBy(() -> IdProjection.of(event)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> IdProjection.of(null)).isInstanceOf(IllegalArgumentException.class);
    }

    private static List<IdChange> project(String mode, String outcome) {
        String withTable = outcome.replace("{'outcome'", "{'table':'" + TABLE + "','outcome'");
        String event = "{'run':'r1','migration':'m','table':'" + TABLE + "','mode':'" + mode
                + "','at':'2026-11-21T00:00:00Z','outcomes':[" + withTable + "]}";
        return IdProjection.of(event.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    private static IdChange change(String key, String newKey) {
        return new IdChange(TABLE, key, Optional.ofNullable(newKey), "r1", "m", "2026-11-21T00:00:00Z");
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
