package dev.godwit.cli.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.godwit.cli.Failure;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DumpReaderTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT 'a;b''c;'",
                "SELECT 'back\\'",
                "SELECT E'it\\'s; not over'",
                "SELECT e'\\\\'",
                "SELECT \"a;\"\"b\"",
                "DO $$ BEGIN a; b; END $$",
                "DO $tag$ a; $$ b; $tag_; $tag$",
                "SELECT $1",
                "CREATE RULE r AS ON UPDATE TO t DO ALSO (UPDATE a SET b = 1; UPDATE c SET d = 2)",
                "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END",
                "CREATE OR REPLACE PROCEDURE p() BEGIN ATOMIC INSERT INTO t VALUES (1); END",
                "CREATE TABLE \"begin\" (\"end\" int)",
                "SELECT 'Grüße; 🐦'"
            })
    void shouldEndAStatementWherePsqlDoes(String sql) throws IOException {
        assertThat(statements(sql + ";\nSELECT 2;\n")).containsExactly(sql, "SELECT 2");
    }

    @Test
    void shouldLeaveCommentsOutButNotWhatLooksLikeThem() throws IOException {
        assertThat(statements("-- a; b\nSELECT /* c; /* d; */ e */ 1 -- f;\n + 2, '-- g';; /* h */"))
                .containsExactly("SELECT   1 \n + 2, '-- g'");
    }

    @Test
    void shouldPassRowsOnWithoutReadingThem() throws IOException {
        String rows = "1\tit's; $$ \\\\.\n\\\\.\n\\.5\n" + "x".repeat(200_000) + "\n";
        try (DumpReader reader = reader("COPY t FROM stdin;\n" + rows + "\\.\nSELECT 3;")) {
            assertThat(reader.next().orElseThrow()).isEqualTo(new DumpPiece.Sql("COPY t FROM stdin", 1));
            ByteArrayOutputStream passed = new ByteArrayOutputStream();

            long lines = reader.passRows(passed::write);

            assertThat(passed.toString(StandardCharsets.UTF_8)).isEqualTo(rows);
            assertThat(lines).isEqualTo(4);
            assertThat(reader.next().orElseThrow()).isEqualTo(new DumpPiece.Sql("SELECT 3", 7));
        }
    }

    @Test
    void shouldTellCommandsOfPsqlFromStatements() throws IOException {
        try (DumpReader reader = reader("\\restrict abc\r\n\nSELECT 1;\n\\connect other")) {
            assertThat(reader.next()).contains(new DumpPiece.Meta("\\restrict abc", 1));
            assertThat(reader.next()).contains(new DumpPiece.Sql("SELECT 1", 3));
            assertThat(reader.next()).contains(new DumpPiece.Meta("\\connect other", 4));
            assertThat(reader.next()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"SELECT 1", "SELECT 'open", "SELECT $$ open", "/* open", "-- PostgreSQL database dump\nSELECT 1;"
            })
    void shouldNoticeAFileThatBreaksOff(String text) {
        assertThatThrownBy(() -> statements(text))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("the file ends within");
    }

    @Test
    void shouldNoticeRowsThatBreakOff() throws IOException {
        try (DumpReader reader = reader("COPY t FROM stdin;\n1\n2")) {
            assertThat(reader.next()).isPresent();

            assertThatThrownBy(() -> reader.passRows((bytes, offset, length) -> {}))
                    .isInstanceOf(Failure.class)
                    .hasMessageContaining("the rows of the COPY in line 1");
        }
    }

    @Test
    void shouldRefuseAStatementThatWouldNotFitIntoMemory() {
        InputStream endless = new InputStream() {
            @Override
            public int read() {
                return 'x';
            }

            @Override
            public int read(byte[] bytes, int offset, int length) {
                Arrays.fill(bytes, offset, offset + length, (byte) ' ');
                return length;
            }
        };
        DumpReader reader = new DumpReader(
                new SequenceInputStream(
                        new ByteArrayInputStream("INSERT INTO t VALUES ('".getBytes(StandardCharsets.UTF_8)), endless),
                1 << 20);

        assertThatThrownBy(reader::next).isInstanceOf(Failure.class).hasMessageContaining("more than 1 MiB");
    }

    @Test
    void shouldRefuseWhatIsNotUtf8() {
        byte[] latin1 = "SELECT 'é';".getBytes(StandardCharsets.ISO_8859_1);

        assertThatThrownBy(() -> new DumpReader(new ByteArrayInputStream(latin1)).next())
                .isInstanceOf(Failure.class)
                .hasMessageContaining("is not UTF-8");
    }

    private static List<String> statements(String text) throws IOException {
        List<String> statements = new ArrayList<>();
        try (DumpReader reader = reader(text)) {
            for (Optional<DumpPiece> piece = reader.next(); piece.isPresent(); piece = reader.next()) {
                statements.add(((DumpPiece.Sql) piece.get()).text());
            }
        }
        return statements;
    }

    private static DumpReader reader(String text) {
        return new DumpReader(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }
}
