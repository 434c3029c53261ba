package dev.godwit.migration.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.testing.TestPostgres;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a run notices of its tables' structure, and what it does not mind. */
class CatalogShapeIT {

    private static final String TABLES = """
            DROP SCHEMA IF EXISTS f CASCADE;
            CREATE SCHEMA f;
            CREATE TABLE f.t (a int PRIMARY KEY, b text, CONSTRAINT swapped CHECK (a > 0)) PARTITION BY RANGE (a);
            CREATE TABLE f.t1 PARTITION OF f.t FOR VALUES FROM (0) TO (10);
            CREATE TABLE f.other (a int REFERENCES f.t);
            INSERT INTO f.t VALUES (1, 'x');
            CREATE FUNCTION f.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
            """;

    private static String database;

    @BeforeAll
    static void createDatabase() {
        database = TestPostgres.freshDatabase("shape");
    }

    @BeforeEach
    void createTables() {
        TestPostgres.execute(database, TABLES);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    ALTER TABLE f.t ADD c int | column c of f.t is new (integer)
                    ALTER TABLE f.t DROP b | column b of f.t was dropped
                    ALTER TABLE f.t RENAME b TO bb | column b of f.t is called bb now
                    ALTER TABLE f.t ALTER b TYPE varchar(9) | column b of f.t was text and is character varying(9) now
                    ALTER TABLE f.t ALTER b SET DEFAULT 'x' | column b of f.t was changed
                    ALTER TABLE f.t ADD CONSTRAINT low CHECK (a < 9) | constraint low of f.t is new
                    ALTER TABLE f.t DROP CONSTRAINT t_pkey CASCADE | constraint t_pkey of f.t was dropped
                    CREATE TABLE f.child (id int, t int CONSTRAINT to_t REFERENCES f.t) | foreign key to_t of f.t is new (from f.child)
                    CREATE TRIGGER x BEFORE UPDATE ON f.t FOR EACH ROW EXECUTE FUNCTION f.touch() | trigger x of f.t is new
                    CREATE UNIQUE INDEX one ON f.t (a, b) | unique index one of f.t is new
                    CREATE POLICY p ON f.t USING (a > 1) | policy p of f.t is new
                    ALTER TABLE f.t ENABLE ROW LEVEL SECURITY | table f.t was changed
                    ALTER TABLE f.t RENAME TO s | table f.t is called f.s now
                    DROP TABLE f.t CASCADE | table f.t was dropped
                    """)
    void shouldNameEveryDifference(String change, String difference) {
        CatalogShape before = read();
        CatalogShape kept = CatalogShape.fromJson(new JsonObject(before.toJson().encode()));

        TestPostgres.execute(database, change);

        assertThat(in(kept::holds)).isFalse();
        assertThat(kept.differencesTo(in(kept::readAgain))).contains(difference).allSatisfy(told -> assertThat(told)
                .doesNotContain(" a of "));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO f.t SELECT generate_series(2, 9); ANALYZE f.t",
                "TRUNCATE f.t CASCADE",
                "CREATE INDEX ON f.t (b)",
                "CREATE TABLE f.t2 PARTITION OF f.t FOR VALUES FROM (10) TO (20)",
                "ALTER TABLE f.t DROP CONSTRAINT swapped, ADD CONSTRAINT swapped CHECK (a > 1) NOT VALID",
                "ALTER TABLE f.t ADD CONSTRAINT godwit_check_7 CHECK (a > 0)"
            })
    void shouldNotMindWhatDoesNoHarm(String change) {
        CatalogShape before = read();

        TestPostgres.execute(database, change);

        assertThat(in(before::holds)).isTrue();
    }

    @Test
    void shouldTellNothingOfTablesThatAreAsTheyWere() {
        CatalogShape before = read();

        assertThat(before.differencesTo(in(before::readAgain))).isEmpty();
    }

    private static CatalogShape read() {
        long oid = in(connection ->
                        new CatalogReader().table(connection, new dev.godwit.migration.definition.TableName("f", "t")))
                .oid();
        return in(connection -> CatalogShape.read(connection, List.of(oid), List.of("swapped")));
    }

    private static <T> T in(Function<SqlConnection, Uni<T>> work) {
        return TestPostgres.pool(database).withConnection(work).await().atMost(TestPostgres.stepTimeout());
    }
}
