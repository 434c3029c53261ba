package dev.godwit.migration.script;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.testing.TestPostgres;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** PostgreSQL splits the scripts that a client sends as a whole: what it makes of them, and what comes of the statements told apart here, must be the same. */
class SqlScriptIT {

    private static Pool pool;

    @BeforeAll
    static void createDatabase() {
        String database = TestPostgres.freshDatabase("script");
        TestPostgres.execute(database, "CREATE TABLE said (n serial, what text); CREATE TABLE \"a;b\" (\"c;--\" text)");
        pool = TestPostgres.pool(database);
    }

    private static void whole(String script) {
        pool.query(script).execute().await().atMost(TestPostgres.stepTimeout());
    }

    private static void piecewise(String script) {
        SqlScript.split(script).forEach(statement -> pool.preparedQuery(statement.text())
                .execute()
                .replaceWithVoid()
                .await()
                .atMost(TestPostgres.stepTimeout()));
    }

    private static List<String> said() {
        List<String> said = new ArrayList<>();
        for (Row row : pool.query("DELETE FROM said RETURNING n, what")
                .execute()
                .await()
                .atMost(TestPostgres.stepTimeout())) {
            said.add(row.getString("what"));
        }
        return said;
    }

    private static void mustMeanTheSame(String script) {
        whole(script);
        List<String> byServer = said();
        piecewise(script);

        assertThat(said()).as(script).isEqualTo(byServer).isNotEmpty();
    }

    @Test
    void shouldSayWhatPostgreSqlSays() {
        List<String> texts = List.of(
                "'a;''b'",
                "E'\\';--'",
                "E'\\\\'",
                "$$;'$$",
                "$x$;$$;$x$",
                "$a$$b$;$a$",
                "U&'\\0041;\\\\'",
                "'\\'",
                "'/*'",
                "'--'",
                "E'a'\n'\\';b'",
                "E'a' -- ';\n '\\'b;'",
                "'a'\n';b\\'",
                "$_1$--;$_1$",
                "'é;'",
                "$é$;$é$",
                "(SELECT \"c;--\" FROM (VALUES ('v;')) AS \"a;b\"(\"c;--\"))",
                "'x' || 1e1::text || $$;$$");
        List<String> between = List.of("", " ", "\n", "-- ;'\n", "/* ; /* ' */ ; */", "--$$;\r", "/**/");
        Random random = new Random(31);
        for (int round = 0; round < 150; round++) {
            String script = random.ints(1 + random.nextInt(5), 0, texts.size())
                    .mapToObj(text -> between.get(random.nextInt(between.size())) + "INSERT INTO said (what) VALUES ("
                            + between.get(random.nextInt(between.size())) + texts.get(text)
                            + between.get(random.nextInt(between.size())) + ")"
                            + between.get(random.nextInt(between.size())))
                    .collect(Collectors.joining(";"));

            mustMeanTheSame(script);
        }
    }

    @Test
    void shouldKeepBodiesTogether() {
        mustMeanTheSame("""
                CREATE OR REPLACE FUNCTION say_plain(a text) RETURNS void LANGUAGE plpgsql AS $body$
                BEGIN
                    INSERT INTO said (what) VALUES (a || ';'); -- done;
                END
                $body$;
                CREATE OR REPLACE FUNCTION say_atomic(a text) RETURNS text LANGUAGE sql
                BEGIN ATOMIC
                    INSERT INTO said (what) VALUES (CASE a WHEN 'x' THEN 'is x;' ELSE (CASE WHEN true THEN 'end;' END) END);
                    SELECT 1 AS end, 2 AS case;
                    SELECT t.end FROM (SELECT 'z;' AS end) AS t;
                END;
                CREATE OR REPLACE PROCEDURE say_twice() LANGUAGE sql BEGIN ATOMIC INSERT INTO said (what) VALUES ('p;'); INSERT INTO said (what) VALUES ('q'); END;
                CREATE OR REPLACE RULE also AS ON INSERT TO "a;b" DO ALSO (INSERT INTO said (what) VALUES ('rule;'); INSERT INTO said (what) VALUES ('again'));
                DO $$ BEGIN PERFORM say_plain('do'); END $$;
                SELECT say_plain('one'); SELECT say_atomic('x'); SELECT say_atomic('y'); CALL say_twice();
                INSERT INTO "a;b" VALUES ('c;d');
                DROP RULE also ON "a;b";
                """);
    }
}
