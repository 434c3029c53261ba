package dev.godwit.migration.tail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.testing.Rubbish;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChangeEventTest {

    @Test
    void shouldReadKeysWhereverTheyComeFrom() {
        ChangeEvent event = ChangeEvent.parse("""
                        {"Id":"a-1","n":7,"gone":null,"__deleted":"false","__op":"u","__lsn":99,"__txId":4294967295,
                         "__source_schema":"We ird","__source_table":"T.able","__source_ts_us":1700000000000001}
                        """).orElseThrow();

        assertThat(event.table()).isEqualTo(new TableName("We ird", "T.able"));
        assertThat(event.fields()).isEqualTo(Map.of("Id", "a-1", "n", "7"));
        assertThat(event.deleted()).isFalse();
        assertThat(event.transaction()).isEqualTo(4294967295L);
        assertThat(event.sourceMicros()).isEqualTo(1700000000000001L);
    }

    @Test
    void shouldReadAnythingOrNothing() {
        Rubbish rubbish = Rubbish.make("change events");
        String good = "{\"id\":1,\"__deleted\":\"false\",\"__txId\":4294967295,\"__source_schema\":\"public\","
                + "\"__source_table\":\"users\",\"__source_name\":\"g-legacy\",\"__source_ts_us\":17}";

        for (int i = 0; i < 2_000; i++) {
            String value = new String(rubbish.of(good), StandardCharsets.UTF_8);
            assertThatCode(() -> ChangeEvent.parse(value))
                    .as("%s: %s", rubbish, value)
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void shouldKeepTablesOfTwoDatabasesApart() {
        String event =
                "{\"id\":1,\"__source_schema\":\"public\",\"__source_table\":\"users\",\"__source_name\":\"%s\"}";

        assertThat(ChangeEvent.parse(event.formatted("g")).orElseThrow().table())
                .isEqualTo(new TableName("public", "users"));
        assertThat(ChangeEvent.parse(event.formatted("g-legacy")).orElseThrow().table())
                .isEqualTo(new TableName(Optional.of("legacy"), "public", "users"));
    }

    @Test
    void shouldTellDeletions() {
        assertThat(ChangeEvent.parse("{\"__deleted\":\"true\",\"__source_schema\":\"s\",\"__source_table\":\"t\"}"))
                .hasValueSatisfying(event -> assertThat(event.deleted()).isTrue());
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "",
                "null",
                "7",
                "[1]",
                "{}",
                "{\"__source_table\":\"t\"}",
                "{\"__source_schema\":\"s\",\"__source_table\":null}",
                "{\"__source_schema\":\"\",\"__source_table\":\"t\"}",
                "{\"__source_schema\":\"s\",\"__source_table\":\"t\""
            })
    void shouldTakeNothingElseForAChange(String text) {
        assertThat(ChangeEvent.parse(text)).isEmpty();
    }
}
