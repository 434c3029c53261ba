package dev.godwit.migration.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.testing.Engine;
import dev.godwit.migration.testing.EngineRun;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random tables with chains, circles and duplicates: afterwards every reference holds, and a rollback restores every byte. */
class RekeyFuzzIT {

    private static final String SCHEMA = """
            CREATE TABLE item (id text PRIMARY KEY, wanted text, age int NOT NULL, parent text REFERENCES item, %s);
            CREATE TABLE note (id int PRIMARY KEY, item text NOT NULL REFERENCES item ON DELETE CASCADE, slot int NOT NULL, UNIQUE (item, slot));
            CREATE TABLE link (a text NOT NULL REFERENCES item ON UPDATE RESTRICT, b text REFERENCES item, w int, PRIMARY KEY (a, w));
            CREATE TABLE pin (id int PRIMARY KEY, items text[]);
            CREATE INDEX ON note (item); CREATE INDEX ON link (b); CREATE INDEX ON item (parent); CREATE INDEX ON pin USING gin (items);
            """.formatted(Engine.WIDE);

    private static final String DEFINITION = """
            migration: fuzz
            rekey:
              table: public.item
              key: id
              to: wanted
              references: [{table: public.pin, column: items}]
              on-duplicate: merge
              merge: {keep: newest(age)}
            summary: [age]
            """;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void shouldKeepEveryReferenceAndRestoreEveryByte(int seed) {
        // Given
        Engine engine = Engine.on("fuzz", SCHEMA, data(new Random(seed)));
        Map<String, List<String>> before = engine.contents();
        EngineRun run = engine.commit(DEFINITION);

        // When
        List<Integer> chunks = run.cut(dev.godwit.migration.chunk.ChunkWork.Kind.BACKFILL);
        run.work(dev.godwit.migration.chunk.ChunkWork.Kind.BACKFILL, chunks);
        run.drain();

        // Then
        assertThat(engine.values("SELECT id || ' ' || wanted FROM item WHERE wanted IS NOT NULL AND id <> wanted"))
                .isEmpty();
        assertThat(engine.value("SELECT count(*) FROM item"))
                .isEqualTo(
                        engine.value(
                                "SELECT (SELECT count(DISTINCT wanted) FROM item) + (SELECT count(*) FROM item WHERE wanted IS NULL)"));
        assertThat(run.outcomes()).extracting(o -> o.getString("key")).doesNotHaveDuplicates();
        assertThat(run.counts().get("migrated"))
                .isEqualTo(Long.valueOf(engine.value("SELECT count(*) FROM godwit.identity WHERE relation = 0")));

        // When
        run.rollback();

        // Then
        assertThat(engine.contents()).isEqualTo(before);
        assertThat(run.counts()).doesNotContainKey("diverged");
    }

    private static String data(Random random) {
        StringBuilder sql = new StringBuilder("BEGIN; SET CONSTRAINTS ALL DEFERRED;");
        for (int i = 0; i < 14; i++) {
            String wanted = random.nextInt(10) == 0 ? "NULL" : "'k" + random.nextInt(18) + "'";
            if (wanted.equals("NULL")) {
                wanted = "'k" + i + "'";
            }
            sql.append("INSERT INTO item (id, wanted, age) VALUES ('k%d', %s, %d);"
                    .formatted(i, wanted, random.nextInt(5)));
        }
        for (int i = 0; i < 14; i++) {
            if (random.nextBoolean()) {
                sql.append("UPDATE item SET parent = 'k%d' WHERE id = 'k%d';".formatted(random.nextInt(14), i));
            }
        }
        for (int i = 0; i < 30; i++) {
            sql.append("INSERT INTO note VALUES (%d, 'k%d', %d) ON CONFLICT DO NOTHING;"
                    .formatted(i, random.nextInt(14), random.nextInt(3)));
            sql.append("INSERT INTO link VALUES ('k%d', 'k%d', %d) ON CONFLICT DO NOTHING;"
                    .formatted(random.nextInt(14), random.nextInt(14), random.nextInt(3)));
        }
        for (int i = 0; i < 8; i++) {
            sql.append("INSERT INTO pin VALUES (%d, '{k%d,x,k%d,NULL}');"
                    .formatted(i, random.nextInt(14), random.nextInt(14)));
        }
        return sql.append("COMMIT; ANALYZE").toString();
    }
}
