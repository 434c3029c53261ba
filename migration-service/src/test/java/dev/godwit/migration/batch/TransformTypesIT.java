package dev.godwit.migration.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.testing.Engine;
import dev.godwit.migration.testing.EngineRun;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

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
