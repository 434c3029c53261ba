package dev.godwit.migration.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.godwit.migration.definition.KeyExpression.Sql;
import dev.godwit.migration.definition.KeyExpression.Uuid5;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyExpressionParserTest {

    private static final String URL = "'6ba7b811-9dad-11d1-80b4-00c04fd430c8'";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "uuid5(%s, user_id::text || ':' || hash)",
                "UUID5 ( %s , user_id::text || ':' || hash )",
                "  uuid5(%s::uuid, user_id::text || ':' || hash)  ",
                "uuid5(uuid %s, user_id::text || ':' || hash)::text",
                "uuid5(%s, user_id::text || ':' || hash)::varchar(36)",
                "uuid5(%s, -- the namespace\n user_id::text || ':' || hash /* , not ) /* nested */ */)"
            })
    void shouldRecogniseNameBasedUuids(String text) {
        assertThat(KeyExpressionParser.parse(text.formatted(URL)))
                .isEqualTo(new Uuid5(URL + "::uuid", "user_id::text || ':' || hash"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '§',
            value = {
                "uuid5(document_id, no::text)|document_id|no::text",
                "uuid5(f(a, b), ', ) (')|f(a, b)|', ) ('",
                "uuid5(a, \"b , \"\") c\")|a|\"b , \"\") c\"",
                "uuid5(a, $$ ) , ' $$)|a|$$ ) , ' $$",
                "uuid5(a, $x$ $$ ) $x$ + E'it\\'s, )')|a|$x$ $$ ) $x$ + E'it\\'s, )'",
                "uuid5(a, (ARRAY[b, c])[1])|a|(ARRAY[b, c])[1]",
                "uuid5(a, 'it''s')|a|'it''s'"
            })
    void shouldSplitArgumentsOutsideQuotesAndBrackets(String text, String namespace, String name) {
        assertThat(KeyExpressionParser.parse(text)).isEqualTo(new Uuid5(namespace, name));
    }

    @Test
    void shouldComputeNamedNamespacesOnce() {
        assertThat(KeyExpressionParser.parse("uuid5(namespace('courses'), id::text)"))
                .isEqualTo(new Uuid5("'8cadac77-fbda-51b0-a302-ab2554db9092'::uuid", "id::text"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "lower(customer_id)",
                "id + 1000",
                "uuid5(a, b) || uuid5(c, d)",
                "coalesce(uuid5(a, b), c)",
                "'uuid5(a, b)'",
                "my_uuid5(a, b)"
            })
    void shouldLeaveOtherExpressionsToPostgres(String text) {
        assertThat(KeyExpressionParser.parse(text)).isEqualTo(new Sql(text));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '§',
            value = {
                "uuid5(a)|two arguments",
                "uuid5(a, b, c)|two arguments",
                "uuid5()|two arguments",
                "uuid5(, b)|two arguments",
                "uuid5('not-a-uuid', b)|is not a UUID",
                "uuid5('1-2-3-4-5', b)|is not a UUID",
                "uuid5(namespace(a), b)|single quotes",
                "lower(a|never closed",
                "lower a)|closes nothing",
                "(a]|closes nothing",
                "'a|never closed",
                "\"a|never closed",
                "$$a|never closed",
                "/* a|never closed",
                "a; DROP TABLE b|semicolon",
                "a + $1|parameter",
                "-- nothing|nothing but comments"
            })
    void shouldRefuseWhatCannotStandInAStatement(String text, String message) {
        assertThatThrownBy(() -> KeyExpressionParser.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void shouldRemoveCommentsSoThatNothingBehindThemIsLost() {
        assertThat(KeyExpressionParser.parse("lower(a) -- the end")).isEqualTo(new Sql("lower(a)"));
        assertThat(KeyExpressionParser.parse("a--b\n|| c")).isEqualTo(new Sql("a \n|| c"));
        assertThat(KeyExpressionParser.parse("'--' || a")).isEqualTo(new Sql("'--' || a"));
    }
}
