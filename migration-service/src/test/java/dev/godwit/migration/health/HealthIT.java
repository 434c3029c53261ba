package dev.godwit.migration.health;

import static dev.godwit.migration.testing.Engine.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.godwit.migration.testing.Engine;
import dev.godwit.migration.testing.Schemas;
import dev.godwit.migration.testing.TestDefinitions;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HealthIT {

    /** Half of 20 wares have the key they should have, of the two newest one has; every reference form has its orphans. */
    private static final String TABLES = """
            CREATE TABLE ware (id text PRIMARY KEY, wanted text, made_at timestamptz NOT NULL, price int NOT NULL);
            INSERT INTO ware SELECT CASE WHEN n %% 2 = 0 THEN 'w' || n ELSE 'old' || n END, 'w' || n, now() - (n - 1) * interval '13 hours', n FROM generate_series(1, 20) AS n;
            CREATE TABLE tag (id int PRIMARY KEY, ware_id text NOT NULL REFERENCES ware);
            CREATE TABLE pin (id int PRIMARY KEY, wares text[], payload jsonb, path text);
            INSERT INTO pin VALUES (1, '{w2,gone1,gone2}', '{"last": "gone3"}', '/wares/w2/view'), (2, '{w4}', '{"last": "w4"}', '/wares/gone4/view'), (3, NULL, NULL, NULL);
            CREATE SEQUENCE counted;
            """.replace("%%", "%");

    private static final String KEYED = """
            migration: wares
            rekey:
              table: public.ware
              key: id
              to: wanted
              created: made_at
              references:
                - {table: public.pin, column: wares}
                - {table: public.pin, column: payload, path: $.last}
                - {table: public.pin, column: path, pattern: "/wares/{key}/"}
            health:
              - {name: dear, sql: "SELECT count(*) FROM public.ware WHERE price > 18", unit: wares, warn: 1, critical: 5}
              - {name: hits, sql: "SELECT 100.0 * count(w.id) / count(*) FROM entity AS e LEFT JOIN public.ware AS w ON w.id = e.new_key", unit: percent, worse: lower, warn: 99, critical: 60}
              - {name: wrong-keys, warn: 0.1, critical: 0.4}
            """;

    private Engine engine;

    @BeforeAll
    void createTables() {
        engine = Engine.on("health", TABLES);
        engine.execute("SET session_replication_role = replica; INSERT INTO tag VALUES (1, 'w2'), (2, 'nobody')");
    }

    @Test
    void shouldMeasureKeysReferencesAndQueries() {
        Map<String, Measurement> measured = measure(KEYED, 10_000);

        assertThat(measured.keySet())
                .containsExactlyInAnyOrder(
                        "dear",
                        "hits",
                        "wrong-keys",
                        "new-right-keys",
                        "orphans public.tag.ware_id",
                        "orphans public.pin.wares",
                        "orphans public.pin.payload",
                        "orphans public.pin.path");
        mustBe(measured.get("dear"), 2, HealthState.WARN);
        mustBe(measured.get("hits"), 50, HealthState.CRITICAL);
        mustBe(measured.get("wrong-keys"), 0.5, HealthState.CRITICAL);
        mustBe(measured.get("new-right-keys"), 0.5, HealthState.WARN);
        mustBe(measured.get("orphans public.tag.ware_id"), 1, HealthState.WARN);
        mustBe(measured.get("orphans public.pin.wares"), 2, HealthState.WARN);
        mustBe(measured.get("orphans public.pin.payload"), 1, HealthState.WARN);
        mustBe(measured.get("orphans public.pin.path"), 1, HealthState.WARN);
        assertThat(measured.get("wrong-keys").read()).contains(20L);
        assertThat(measured.get("wrong-keys").of()).isEmpty();
        assertThat(measured.get("hits").read()).contains(20L);
        assertThat(measured.get("dear").read()).isEmpty();
    }

    @Test
    void shouldReadNoMoreThanItMaySayIt() {
        Map<String, Measurement> measured = measure(KEYED, 5);

        assertThat(measured.get("wrong-keys").read()).contains(5L);
        assertThat(measured.get("wrong-keys").of()).isPresent();
        assertThat(measured.get("hits").read()).contains(5L);
    }

    @Test
    void shouldHaveNothingToMeasureWhereNothingIs() {
        engine.execute("CREATE TABLE IF NOT EXISTS nothing (id text PRIMARY KEY, wanted text, made_at timestamptz)");

        Map<String, Measurement> measured =
                measure("migration: m\nrekey: {table: nothing, key: id, to: wanted, created: made_at}\n", 10);

        assertThat(measured.get("wrong-keys").state()).isEqualTo(HealthState.EMPTY);
        assertThat(measured.get("new-right-keys").state()).isEqualTo(HealthState.EMPTY);
    }

    @Test
    void shouldNotKnowWhatItCannotMeasureAndGoOn() {
        Map<String, Measurement> measured = measure("""
                migration: m
                schema: {up: SELECT 1, down: SELECT 2}
                health:
                  - {name: slow, sql: "SELECT 1 FROM pg_sleep(5)", warn: 1, critical: 2}
                  - {name: wrong, sql: "SELECT nothing FROM ware", warn: 1, critical: 2}
                  - {name: none, sql: "SELECT NULL::int", warn: 1, critical: 2}
                  - {name: many, sql: "SELECT price FROM ware", warn: 1, critical: 2}
                  - {name: text, sql: "SELECT 'ten'", warn: 1, critical: 2}
                  - {name: writes, sql: "SELECT nextval('counted')", warn: 1, critical: 2}
                  - {name: fine, sql: "SELECT 1", warn: 1, critical: 2}
                """, 10);

        assertThat(reasons(measured))
                .containsEntry("slow", "timeout")
                .containsEntry("wrong", "refused")
                .containsEntry("none", "no_value")
                .containsEntry("many", "not_one_value")
                .containsEntry("text", "not_a_number")
                .containsEntry("writes", "refused")
                .containsEntry("fine", "");
        assertThat(measured.values().stream().map(Measurement::state).toList())
                .containsOnly(HealthState.UNKNOWN, HealthState.OK);
        assertThat(engine.value("SELECT is_called FROM counted")).isEqualTo("false");
        assertThat(reasons(measure("migration: m\nrekey: {table: gone, key: id, to: wanted}\n", 10)))
                .containsEntry("wrong-keys", "unknown_table");
    }

    @Test
    void shouldLetOneInstanceMeasureAndAnotherTakeOverFromASilentOne() {
        HealthTurns turns = new HealthTurns(engine.pool());
        Duration silence = Duration.ofMillis(1);
        JsonObject data = event();
        long outbox = told();

        long first = await(turns.take("a", Duration.ofMinutes(1))).orElseThrow();
        assertThat(await(turns.take("b", silence))).as("a measures").isEmpty();
        await(turns.renew(first, silence));
        long second = Awaitility.await("a is silent, and b takes over")
                .until(() -> await(turns.take("b", Duration.ofMinutes(1))), Optional::isPresent)
                .orElseThrow();

        assertThat(second).isGreaterThan(first);
        assertThatThrownBy(() -> await(turns.renew(first, silence))).isInstanceOf(LostTurnException.class);
        assertThatThrownBy(() -> await(turns.tell(first, "m", "h", data))).isInstanceOf(LostTurnException.class);
        assertThat(told()).as("what was lost is not told").isEqualTo(outbox);
        await(turns.end(first, Duration.ZERO));
        assertThat(await(turns.take("a", silence))).as("b measures").isEmpty();
        await(turns.tell(second, "m", "h", data));
        assertThat(told()).isEqualTo(outbox + 1);
        await(turns.end(second, Duration.ofMinutes(1)));
        assertThat(await(turns.take("a", silence))).as("it is not time yet").isEmpty();
        assertThat(engine.value("SELECT data ->> 'migration' FROM godwit.health WHERE migration = 'm'"))
                .isEqualTo("wares");
        await(turns.keepOnly(List.of("other")));
        assertThat(engine.values("SELECT migration FROM godwit.health")).isEmpty();
        engine.execute("UPDATE godwit.health_turn SET due_at = '-infinity'");
    }

    private long told() {
        return engine.events(HealthTurns.TOPIC).size();
    }

    /** An event as it is told, which the contract knows. */
    private JsonObject event() {
        JsonObject data = HealthRounds.data(
                "a",
                7,
                Duration.ofSeconds(30),
                TestDefinitions.of(KEYED),
                List.copyOf(measure(KEYED, 10).values()));
        assertThat(Schemas.violations("health-measured", data.encode())).isEmpty();
        assertThat(data.getString("state")).isEqualTo("critical");
        return data;
    }

    private static void mustBe(Measurement measurement, double value, HealthState state) {
        assertThat(measurement.value()).as("%s", measurement).hasValue(value);
        assertThat(measurement.state()).as("%s", measurement).isEqualTo(state);
    }

    private static Map<String, String> reasons(Map<String, Measurement> measured) {
        return measured.values().stream()
                .collect(Collectors.toMap(
                        Measurement::name, measurement -> measurement.reason().orElse("")));
    }

    private Map<String, Measurement> measure(String yaml, int sample) {
        HealthConfig config = new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(HealthConfig.class)
                .withDefaultValue("godwit.health.sample", Integer.toString(sample))
                .withDefaultValue("godwit.health.statement-timeout", "300ms")
                .build()
                .getConfigMapping(HealthConfig.class);
        return await(new Measurer(engine.contexts(), engine.pool(), config)
                        .measure(
                                TestDefinitions.of(yaml), () -> Uni.createFrom().voidItem()))
                .stream()
                .collect(Collectors.toMap(Measurement::name, Function.identity()));
    }
}
