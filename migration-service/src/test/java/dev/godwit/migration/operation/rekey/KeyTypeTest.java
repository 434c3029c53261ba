package dev.godwit.migration.operation.rekey;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyTypeTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "uuid | uuid",
                "character varying(36) | character varying",
                "character(36) | bpchar",
                "character | bpchar",
                "numeric(10,2) | numeric",
                "timestamp(3) with time zone | timestamp with time zone",
                "types.\"We ird\" | types.\"We ird\""
            })
    void shouldCastWithoutLengthSoThatNoKeyIsCutSilently(String formatted, String castName) {
        assertThat(KeyType.of(formatted).castName()).isEqualTo(castName);
    }

    @Test
    void shouldBindKeysAsTextAndCastTheArray() {
        assertThat(KeyType.of("character varying(36)").array(3)).isEqualTo("($3::text[])::character varying[]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "uuid",
                "text",
                "character varying",
                "bpchar",
                "types.citext",
                "integer",
                "bigint",
                "smallint",
                "numeric"
            })
    void shouldParkKeysOfTheUsualTypes(String type) {
        assertThat(new KeyType(type).canPark()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"date", "bytea", "timestamp with time zone", "public.color"})
    void shouldNotParkWhereNothingIsCertainToBeFree(String type) {
        assertThat(new KeyType(type).canPark()).isFalse();
    }

    @RepeatedTest(20)
    void shouldParkOnKeysThatFitTheColumn() {
        assertThat(UUID.fromString(new KeyType("uuid").parkedKey())).isNotNull();
        assertThat(Short.parseShort(new KeyType("smallint").parkedKey())).isNegative();
        assertThat(Integer.parseInt(new KeyType("integer").parkedKey())).isNegative();
        assertThat(Long.parseLong(new KeyType("bigint").parkedKey())).isNegative();
        assertThat(new KeyType("text").parkedKey()).matches("[0-9a-f]{5}");
    }
}
