package dev.godwit.migration.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.testing.TestPostgres;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a run notices of its tables' structure, and what it does not mind. */
class CatalogShapeIT {

    private static final String TABLES = """
            DROP SCHEMA IF EXISTS f, g CASCADE;
            CREATE SCHEMA f;
            CREATE TABLE f.t (a int PRIMARY KEY, b text, fixed text DEFAULT 'x', CONSTRAINT swapped CHECK (a > 0), CONSTRAINT low_b CHECK (b > '')) PARTITION BY RANGE (a);
            CREATE TABLE f.t1 PARTITION OF f.t FOR VALUES FROM (0) TO (10);
            CREATE TABLE f.other (a int REFERENCES f.t);
            INSERT INTO f.t VALUES (1, 'x');
            CREATE FUNCTION f.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
            CREATE TRIGGER touched BEFORE INSERT ON f.t FOR EACH ROW EXECUTE FUNCTION f.touch();
            CREATE UNIQUE INDEX unique_b ON f.t (a, upper(b));
            CREATE POLICY seen ON f.t USING (a > 1);
            CREATE TABLE f.plain (a int PRIMARY KEY, b text, c text UNIQUE);
            CREATE UNIQUE INDEX plain_b ON f.plain (lower(b)) WHERE a > 0;
            INSERT INTO f.plain SELECT n, n, n FROM generate_series(1, 9) AS n;
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
                    ALTER TABLE f.t ALTER b SET NOT NULL | column b of f.t was text and is text NOT NULL now
                    ALTER TABLE f.t ALTER fixed SET DEFAULT 'y' | column fixed of f.t was changed
                    ALTER TABLE f.t RENAME CONSTRAINT low_b TO lower_b | constraint low_b of f.t is called lower_b now
                    ALTER TABLE f.other RENAME CONSTRAINT other_a_fkey TO to_t | foreign key other_a_fkey of f.t is called to_t now
                    ALTER TABLE f.other DROP CONSTRAINT other_a_fkey | foreign key other_a_fkey of f.t was dropped
                    CREATE OR REPLACE FUNCTION f.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END' | trigger touched of f.t was changed
                    ALTER TABLE f.t DISABLE TRIGGER touched | trigger touched of f.t was changed
                    ALTER TRIGGER touched ON f.t RENAME TO moved | trigger touched of f.t is called moved now
                    DROP INDEX f.unique_b | unique index unique_b of f.t was dropped
                    ALTER INDEX f.unique_b RENAME TO only_b | unique index only_b of f.t is new
                    DROP INDEX f.unique_b; CREATE UNIQUE INDEX unique_b ON f.t (a, lower(b)) | unique index unique_b of f.t was changed
                    ALTER POLICY seen ON f.t USING (a > 2) | policy seen of f.t was changed
                    ALTER SCHEMA f RENAME TO g | table f.t is called g.t now
                    DROP TABLE f.t CASCADE | table f.t was dropped
                    """)
    void shouldNameEveryDifference(String change, String difference) {
        CatalogShape before = read();
        CatalogShape kept = CatalogShape.fromJson(new JsonObject(before.toJson().encode()));
        String version = in(kept::version);

        TestPostgres.execute(database, change);

        assertThat(in(kept::holds)).isFalse();
        assertThat(in(kept::version)).isNotEqualTo(version);
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

    /** What is made anew beside itself is the same in the end, and there are two of it only on the way. */
    @ParameterizedTest
    @ValueSource(strings = {"f.plain_b", "f.plain_c_key", "f.plain_pkey"})
    void shouldNotMindThatAnIndexIsMadeAnewBesideItself(String index) throws Exception {
        CatalogShape before = read("plain");
        List<String> differences = new ArrayList<>();
        try (Connection theirs = TestPostgres.connect(database);
                Statement reader = theirs.createStatement()) {
            theirs.setAutoCommit(false);
            reader.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SELECT FROM f.plain");
            CompletableFuture<Void> reindex = CompletableFuture.runAsync(
                    () -> TestPostgres.execute(database, "REINDEX INDEX CONCURRENTLY " + index));
            Awaitility.await().until(() -> twins() == 1);

            differences.addAll(before.differencesTo(in(before::readAgain)));
            theirs.rollback();
            while (!reindex.isDone()) {
                differences.addAll(before.differencesTo(in(before::readAgain)));
            }
            reindex.join();
        }

        assertThat(differences).isEmpty();
        assertThat(in(before::holds)).isTrue();
    }

    private static long twins() {
        return in(connection -> connection
                .query("SELECT count(*) AS twins FROM pg_index WHERE indisready AND NOT indisvalid")
                .execute()
                .map(rows -> rows.iterator().next().getLong("twins")));
    }

    @Test
    void shouldNoticeAUniqueIndexThatIsYetToBecomeValid() {
        CatalogShape before = read("plain");

        TestPostgres.execute(
                database,
                "CREATE UNIQUE INDEX coming ON f.plain (a, c); UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'f.coming'::regclass");

        assertThat(in(before::holds)).isFalse();
    }

    /** Whatever the size of the catalog: small ones are read as a whole, which is cheaper there. */
    @Test
    void shouldBeAbleToAskForTheVersionByIndexesAlone() {
        String oid = read("plain").oids().get(0).toString();
        String explain = "EXPLAIN " + CatalogShapeSql.VERSION.replace("$1", "'{" + oid + "}'");
        String plan = in(connection -> connection
                .query("SET enable_seqscan = off")
                .execute()
                .chain(() -> connection.query(explain).execute())
                .call(() -> connection.query("RESET enable_seqscan").execute())
                .map(rows -> StreamSupport.stream(rows.spliterator(), false)
                        .map(row -> row.getString(0))
                        .collect(Collectors.joining("\n"))));

        assertThat(plan).contains("Index Scan").doesNotContain("Seq Scan");
    }

    @Test
    void shouldTellNothingOfTablesThatAreAsTheyWere() {
        CatalogShape before = read();

        assertThat(before.differencesTo(in(before::readAgain))).isEmpty();
    }

    private static CatalogShape read() {
        return read("t");
    }

    private static CatalogShape read(String table) {
        long oid = in(connection -> new CatalogReader().table(connection, new TableName("f", table)))
                .oid();
        return in(connection -> CatalogShape.read(connection, List.of(oid), List.of("swapped")));
    }

    private static <T> T in(Function<SqlConnection, Uni<T>> work) {
        return TestPostgres.pool(database).withConnection(work).await().atMost(TestPostgres.stepTimeout());
    }
}
