package dev.godwit.migration.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.testing.Engine;
import dev.godwit.migration.testing.EngineRun;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Transforms, and rows derived, of databases that nobody made for them. */
class TransformSamplesIT {

    @Test
    void shouldTransformFilmsAndDeriveLoyaltyFromPagilaAndGiveAllBack() {
        Engine engine = Engine.onSample("pagila.sql.gz");
        String yaml = """
                migration: films
                transform:
                  table: public.film
                  pending: "rating IS DISTINCT FROM 'NC-17' AND NOT special_features @> '{Subtitles}'"
                  set:
                    special_features: special_features || 'Subtitles'::text
                    rating: "CASE rating WHEN 'R' THEN 'PG-13' ELSE rating END"
                    rental_duration: rental_duration + 1
                  writers: old
                  triggers: off
                """;
        Map<String, List<String>> before = engine.contents();
        EngineRun plan = engine.plan(yaml);
        plan.inspect();
        assertThat(engine.contents()).isEqualTo(before);

        EngineRun run = engine.commit(yaml);
        assertThat(run.complete()).isZero();

        assertThat(run.counts().values().stream().mapToLong(n -> n).sum()).isEqualTo(1000);
        assertThat(run.story()).isEqualTo(plan.story());
        assertThat(engine.value("SELECT count(*) FROM film WHERE rating = 'R'")).isEqualTo("0");
        assertThat(
                        engine.value(
                                "SELECT count(*) FROM film WHERE revenue_projection <> (rental_duration * rental_rate)::numeric(5, 2)"))
                .isEqualTo("0");
        run.rollback();
        assertThat(engine.contents()).isEqualTo(before);
        deriveLoyalty(engine);
    }

    /** Of each customer with at least 30 rentals one row: what a customer has is read from rental, which is no partition of anything, and payment, which has eight. */
    private static void deriveLoyalty(Engine engine) {
        engine.execute(
                "CREATE TABLE loyalty (customer_id integer PRIMARY KEY REFERENCES customer, rentals bigint NOT NULL, paid numeric NOT NULL);"
                        + " INSERT INTO loyalty SELECT customer_id, 1, 0 FROM rental GROUP BY 1 HAVING count(*) = 30");
        Map<String, List<String>> before = engine.contents();
        String yaml = """
                migration: loyalty
                derive:
                  from: public.customer
                  into: public.loyalty
                  identity: [customer_id]
                  rows: |
                    SELECT entity.customer_id, count(*) AS rentals,
                           (SELECT coalesce(sum(p.amount), 0) FROM public.payment AS p WHERE p.customer_id = entity.customer_id) AS paid
                      FROM entity
                      JOIN public.rental AS r ON r.customer_id = entity.customer_id
                     GROUP BY entity.customer_id
                    HAVING count(*) >= 30
                """;
        EngineRun plan = engine.plan(yaml);
        plan.inspect();
        assertThat(engine.contents()).isEqualTo(before);

        EngineRun run = engine.commit(yaml);
        assertThat(run.complete()).isZero();

        assertThat(run.story()).isEqualTo(plan.story());
        assertThat(
                        engine.value(
                                "SELECT count(*) FROM loyalty AS l WHERE l.rentals > 1 AND l.rentals <> (SELECT count(*) FROM rental AS r WHERE r.customer_id = l.customer_id)"))
                .isEqualTo("0");
        assertThat(run.counts())
                .containsEntry(
                        "migrated", Long.parseLong(engine.value("SELECT count(*) FROM loyalty WHERE rentals > 30")))
                .containsEntry(
                        "unchanged",
                        599 - Long.parseLong(engine.value("SELECT count(*) FROM loyalty WHERE rentals > 30")));
        run.rollback();
        assertThat(engine.contents()).isEqualTo(before);
    }

    @Test
    void shouldChangeRowsOfPartitionsWhateverTheOrderOfTheirColumns() {
        Engine engine = Engine.on("parts", """
                CREATE TABLE parted (id integer PRIMARY KEY, a text, b text) PARTITION BY RANGE (id);
                CREATE TABLE low PARTITION OF parted FOR VALUES FROM (0) TO (10);
                CREATE TABLE high (b text, gone integer, id integer NOT NULL, a text);
                ALTER TABLE high DROP COLUMN gone;
                ALTER TABLE parted ATTACH PARTITION high FOR VALUES FROM (10) TO (20);
                INSERT INTO parted VALUES (1, 'X', 'keep'), (11, 'Y', 'keep'), (12, 'z', 'keep')
                """);
        Map<String, List<String>> before = engine.contents();
        EngineRun run = engine.commit(
                "migration: parts\ntransform: {table: public.parted, pending: a <> lower(a), set: {a: lower(a)}, writers: old}\n");

        assertThat(run.complete()).isZero();

        assertThat(run.counts()).isEqualTo(Map.of("migrated", 2L, "unchanged", 1L));
        assertThat(engine.values("SELECT concat_ws(' ', id, a, b) FROM parted ORDER BY id"))
                .containsExactly("1 x keep", "11 y keep", "12 z keep");
        run.rollback();
        assertThat(engine.contents()).isEqualTo(before);
    }
}
