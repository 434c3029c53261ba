package dev.godwit.migration.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.definition.Identifier;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.testing.Engine;
import dev.godwit.migration.testing.EngineRun;
import io.vertx.mutiny.sqlclient.Row;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TransformTypesIT {

    private static final String[] TABLES = {
        "CREATE TYPE mood AS ENUM ('sad', 'happy, or so')",
        "CREATE DOMAIN percent AS numeric CHECK (VALUE <= 100)",
        "CREATE TYPE pair AS (a text, b numeric)",
        """
        CREATE TABLE thing (
            id uuid PRIMARY KEY,
            done boolean NOT NULL DEFAULT false,
            untouched text,
            big text,
            js json, jb jsonb, texts text[], matrix integer[], range tstzrange, ranges int4multirange, bytes bytea, amount numeric,
            at timestamptz, day date, span interval, share percent, feeling mood, two pair, flag boolean, fixed char(8), ip inet, bits bit varying,
            money8 double precision, x xml, words tsvector, place point, who regtype,
            doubled numeric GENERATED ALWAYS AS (amount * 2) STORED)
        """,
        """
        INSERT INTO thing (id, untouched, big, js, jb, texts, matrix, range, ranges, bytes, amount, at, day, span, share, feeling, two, flag, fixed, ip, bits, money8, x, words, place, who)
        VALUES ('00000000-0000-0000-0000-000000000001', repeat('keep me ', 4000), repeat('big ', 100000), '{"b":1,  "a":2, "a":3}', '{"b": [1.10, null]}',
                '[0:2]={a,NULL,"x,\\"y"}', '{{1,2},{3,4}}', '[2020-01-01 00:00+00,)', '{[1,3),[7,9)}', '\\x00ff27', 'NaN', 'infinity', '-infinity',
                '1 year -2 mons 3 days -04:05:06.7', 99.990, 'happy, or so', '("a ""quoted"" (one)",)', true, 'ab', '10.1.2.3/8', '10101', 0.1::float8 + 0.2,
                '<a>1</a>', 'fat:1 cat:2', '(1.5,2)', 'integer'),
               ('00000000-0000-0000-0000-000000000002', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '(,)', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)
        """
    };

    private static final String EVERYTHING = """
            migration: everything
            transform:
              table: public.thing
              pending: NOT done
              set:
                done: "true"
                big: "'small'"
                js: "'{}'"
                jb: "'{}'"
                texts: "'{}'"
                matrix: "'{}'"
                range: "'empty'"
                ranges: "'{}'"
                bytes: "''"
                amount: "1"
                at: now()
                day: now()
                span: "'1 s'"
                share: "1"
                feeling: "'sad'"
                two: "ROW('x', 1)"
                flag: "false"
                fixed: "'z'"
                ip: "'::1'"
                bits: "B'0'"
                money8: "0"
                x: "'<b/>'"
                words: "''"
                place: "'(0,0)'"
                who: "'text'"
              writers: old
            """;

    @Test
    void shouldGiveEveryTypeBackToTheByteT17() {
        Engine engine = Engine.on("types", TABLES);
        Map<String, List<String>> before = engine.contents();
        String untouched = engine.value("SELECT md5(untouched) || pg_column_size(untouched) FROM thing ORDER BY id");
        EngineRun run = engine.commit(EVERYTHING);

        run.complete();

        assertThat(run.counts()).isEqualTo(Map.of("migrated", 2L));
        assertThat(engine.values("SELECT amount || ' ' || doubled || ' ' || jb FROM thing"))
                .containsExactly("1 2 {}", "1 2 {}");
        assertThat(engine.value("SELECT md5(untouched) || pg_column_size(untouched) FROM thing ORDER BY id"))
                .isEqualTo(untouched);
        run.rollback();
        assertThat(engine.contents()).isEqualTo(before);
        assertThat(run.counts()).containsEntry("reverted", 2L);
    }

    /** Each table twice: once half of its columns are emptied and restored, once the other half; what is not touched must not change either. */
    @ParameterizedTest
    @CsvSource({"dbz_types.sql.gz, 150", "pgcopydb_unit.sql.gz, 700"})
    void shouldKeepEveryTypeAndNameToTheByteT17(String dump, int changedMin) {
        Engine engine = Engine.onSample(dump);
        engine.values(LARGE).forEach(table -> {
            engine.execute("DELETE FROM " + table + " WHERE ctid >= '(2,0)'");
            engine.execute("VACUUM FULL " + table);
        });
        Map<String, List<String>> before = engine.contents();
        int changed = 0;
        for (Row table : engine.query(NULLABLE_COLUMNS)) {
            List<String> columns = List.of(table.getArrayOfStrings("columns"));
            for (int half = 0; half < 2; half++) {
                List<String> emptied = everySecond(columns, half);
                changed +=
                        emptied.isEmpty() ? 0 : emptyAndRestore(engine, table, emptied, everySecond(columns, 1 - half));
            }
        }
        assertThat(engine.contents()).isEqualTo(before);
        assertThat(changed).as("values that went and came back").isGreaterThan(changedMin);
    }

    /** A chunk is a block here, and what is true of two blocks is true of sixty. */
    private static final String LARGE = """
            SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname)
              FROM pg_class AS c
              JOIN pg_namespace AS n ON n.oid = c.relnamespace
              JOIN pg_index AS i ON i.indrelid = c.oid AND i.indisprimary
             WHERE n.nspname NOT IN ('godwit', 'information_schema')
               AND n.nspname NOT LIKE 'pg\\_%'
               AND c.relkind = 'r'
               AND pg_relation_size(c.oid) > 8 * 8192
               AND NOT EXISTS (SELECT FROM pg_constraint AS f WHERE f.confrelid = c.oid)
            """;

    private static final String NULLABLE_COLUMNS = """
            SELECT n.nspname AS schema, c.relname AS name, quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS quoted,
                   array_agg(a.attname::text ORDER BY a.attnum) AS columns
              FROM pg_class AS c
              JOIN pg_namespace AS n ON n.oid = c.relnamespace
              JOIN pg_index AS i ON i.indrelid = c.oid AND i.indisprimary
              JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND NOT a.attnotnull AND a.attgenerated = ''
             WHERE n.nspname NOT IN ('godwit', 'information_schema')
               AND n.nspname NOT LIKE 'pg\\_%'
               AND c.relkind = 'r'
             GROUP BY n.nspname, c.relname
             ORDER BY 1, 2
            """;

    private static List<String> everySecond(List<String> columns, int first) {
        return IntStream.range(0, columns.size())
                .filter(i -> i % 2 == first)
                .mapToObj(columns::get)
                .toList();
    }

    private static int emptyAndRestore(Engine engine, Row table, List<String> emptied, List<String> untouched) {
        String quoted = table.getString("quoted");
        String values = "num_nonnulls(" + quoted(emptied) + ")";
        String others = "SELECT ROW(" + quoted(untouched) + ")::text FROM " + quoted + " ORDER BY 1";
        List<String> keptBefore = engine.values(others);
        int filled = Integer.parseInt(engine.value("SELECT coalesce(sum(" + values + "), 0) FROM " + quoted));
        StringBuilder yaml = new StringBuilder("migration: emptied\ntransform:\n  table: ")
                .append(scalar(new TableName(table.getString("schema"), table.getString("name")).toString()))
                .append("\n  pending: ")
                .append(scalar(values + " > 0"))
                .append("\n  writers: old\n  set:\n");
        emptied.forEach(column -> yaml.append("    ").append(scalar(column)).append(": 'NULL'\n"));

        EngineRun run = engine.commit(yaml.toString());
        run.backfill();
        assertThat(engine.value("SELECT coalesce(sum(" + values + "), 0) FROM " + quoted))
                .isEqualTo("0");
        assertThat(engine.values(others)).isEqualTo(keptBefore);
        run.rollback();
        assertThat(run.counts()).doesNotContainKeys("diverged", "failed");
        return filled;
    }

    private static String quoted(List<String> columns) {
        return columns.stream().map(Identifier::quote).collect(Collectors.joining(", "));
    }

    private static String scalar(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    @Test
    void shouldGiveValuesBackWhateverTheSessionPrintsLike() {
        Engine engine = Engine.on("types", TABLES);
        engine.execute(
                "ALTER ROLE postgres SET DateStyle = 'SQL, DMY'; ALTER ROLE postgres SET IntervalStyle = 'sql_standard';"
                        + " ALTER ROLE postgres SET extra_float_digits = -5; ALTER ROLE postgres SET bytea_output = 'escape'");
        try {
            Engine odd = engine.as("postgres");
            String exact =
                    "SELECT md5(format('%s %s %s', float8send(money8), extract(epoch FROM span), encode(bytes, 'hex'))) FROM thing ORDER BY id";
            String before = odd.value(exact);
            EngineRun run = odd.commit(EVERYTHING);
            run.backfill();
            run.rollback();
            assertThat(odd.value(exact)).isEqualTo(before);
            assertThat(run.counts()).containsEntry("reverted", 2L);
        } finally {
            engine.execute("ALTER ROLE postgres RESET ALL");
        }
    }
}
