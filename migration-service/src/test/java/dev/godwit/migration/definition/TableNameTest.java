package dev.godwit.migration.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TableNameTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '§',
            value = {
                "documents | public | documents | public.documents",
                "app.documents | app | documents | app.documents",
                "public.Orders | public | Orders | public.\"Orders\"",
                "\"We ird\".\"T.able\" | We ird | T.able | \"We ird\".\"T.able\"",
                "\"\"\"abc\"\"\".t | \"abc\" | t | \"\"\"abc\"\"\".t",
                "We ird.t | We ird | t | \"We ird\".t",
                "public.order | public | order | public.order",
                "schön.größe | schön | größe | \"schön\".\"größe\"",
            })
    void shouldReadNamesAsTheCatalogSpellsThem(String text, String schema, String name, String display) {
        TableName table = TableName.parse(text);

        assertThat(table).isEqualTo(new TableName(schema, name));
        assertThat(table).hasToString(display);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"a.b", "A.b", "we ird.T\"a\"ble", "a\nb.c", "\"\".x", "a..b", "public.a.b", "$x.1", ".", "\".\""
            })
    void shouldReadBackWhateverItShows(String name) {
        TableName table = new TableName(name, "x" + name);

        assertThat(TableName.parse(table.toString())).isEqualTo(table);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "a.", ".a", "a.b.c", "\"a", "\"a\"b", "a\"b", "\"\"", "a.\"\""})
    void shouldRefuseWhatIsNoTableName(String text) {
        assertThatThrownBy(() -> TableName.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"users", "we ird", "a:b"})
    void shouldSayWhichDatabaseATableIsIn(String name) {
        TableName table = new TableName(Optional.of("legacy"), "public", name);

        assertThat(table.toString()).startsWith("legacy:public.");
        assertThat(TableName.parse(table.toString())).isEqualTo(table);
        assertThat(table.quoted()).isEqualTo(new TableName("public", name).quoted());
        assertThat(table).isNotEqualTo(new TableName("public", name));
    }

    @Test
    void shouldTakeADefinitionsTableForOneOfItsOwnDatabase() {
        assertThat(TableName.parseHere("legacy:users")).isEqualTo(new TableName("public", "legacy:users"));
        assertThat(TableName.parse(new TableName("legacy:a", "b").toString()))
                .isEqualTo(new TableName("legacy:a", "b"));
    }

    @Test
    void shouldDelimitBothPartsForSql() {
        assertThat(new TableName("We\"ird", "select").quoted()).isEqualTo("\"We\"\"ird\".\"select\"");
    }

    @Test
    void shouldRefuseNamesThatPostgresCannotHave() {
        assertThatThrownBy(() -> Identifier.quote("")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Identifier.quote("a\0b")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new TableName("a", "b\0")).isInstanceOf(IllegalArgumentException.class);
    }
}
