package dev.godwit.migration.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.godwit.migration.operation.Group;
import dev.godwit.migration.operation.Outcome;
import dev.godwit.migration.operation.OutcomeKind;
import dev.godwit.migration.sql.Pipeline;
import dev.godwit.migration.testing.Engine;
import dev.godwit.migration.testing.Schemas;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutcomeEventsIT {

    private static final Resend.Range NO_SUCH_STREAM = new Resend.Range("chunk-2", 1, 9);

    private static final String EVENTS_AS_THEY_ARE =
            "SELECT id || topic || encode(key, 'hex') || type || subject || time || md5(payload) FROM godwit.outbox ORDER BY id";

    private static Engine engine;

    @BeforeAll
    static void create() {
        engine = Engine.on("outcomes");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 1000, 1001, 2500})
    void shouldSplitAtAThousandOutcomesAndChainTheParts(int count) {
        String run = "count" + count;
        List<Outcome> outcomes = IntStream.range(0, count)
                .mapToObj(i -> Outcome.migrated("public.t", "old" + i, "new" + i))
                .toList();

        OutcomeEvents.Position end = append(run, outcomes, new OutcomeEvents.Position(4, "abc"));

        List<JsonObject> events = events(run);
        assertThat(events).hasSize((count + 999) / 1000);
        assertThat(end.sequence()).isEqualTo(4 + events.size());
        String previous = "abc";
        long sequence = 4;
        List<String> keys = new ArrayList<>();
        for (JsonObject event : events) {
            assertThat(event.getString("previousHash")).isEqualTo(previous);
            assertThat(event.getLong("sequence")).isEqualTo(++sequence);
            assertThat(event.getJsonObject("counts").getLong("migrated"))
                    .isEqualTo(event.getJsonArray("outcomes").size());
            event.getJsonArray("outcomes").forEach(o -> keys.add(((JsonObject) o).getString("key")));
            previous = event.getString("hash");
        }
        assertThat(end.hash()).isEqualTo(previous);
        assertThat(keys)
                .containsExactlyElementsOf(outcomes.stream().map(Outcome::key).toList());
    }

    @Test
    void shouldStayBelow256KiBWithLongKeysOfFourByteCharacters() {
        String key = "🔑".repeat(400);
        List<Outcome> outcomes = IntStream.range(0, 400)
                .mapToObj(i -> Outcome.migrated("public.t", i + key, i + key)
                        .because("merged")
                        .explained(key))
                .toList();

        append("long", outcomes, new OutcomeEvents.Position(0, ""));

        assertThat(engine.values("SELECT octet_length(payload) FROM godwit.outbox WHERE subject = 'long'"))
                .hasSizeGreaterThan(1)
                .allSatisfy(size -> assertThat(Integer.parseInt(size)).isLessThanOrEqualTo(256 * 1024));
    }

    @Test
    void shouldStayBelow256KiBWithAGroupPerOutcomeAndTellEachOnce() {
        List<Outcome> outcomes = IntStream.range(0, 1000)
                .mapToObj(i -> Outcome.migrated("public.t", "k" + i, "n" + i)
                        .in(new Group(List.of(i + "\u0001".repeat(195), "ü".repeat(200))))
                        .replacing(new Outcome.Told(OutcomeKind.CONFLICT, Optional.empty()))
                        .formerlyIn(new Group(Arrays.asList(i + "x".repeat(190), null))))
                .toList();

        append("groups", outcomes, new OutcomeEvents.Position(0, ""));

        assertThat(engine.values("SELECT octet_length(payload) FROM godwit.outbox WHERE subject = 'groups'"))
                .hasSizeBetween(4, 12)
                .allSatisfy(size -> assertThat(Integer.parseInt(size)).isLessThanOrEqualTo(256 * 1024));
        assertThat(events("groups").stream()
                        .mapToInt(event -> event.getJsonObject("groups")
                                .getJsonArray("changes")
                                .size())
                        .sum())
                .isEqualTo(2000);
    }

    @Test
    void shouldTellByHowMuchGroupsMoveAndNothingOfWhoIsInThem() {
        Group admins = new Group(List.of("admin", "x"));
        Group nobody = new Group(Arrays.asList(null, null));
        append(
                "moves",
                List.of(
                        Outcome.migrated("public.t", "a", "b").in(admins),
                        Outcome.migrated("public.t", "c", "d").in(admins),
                        Outcome.migrated("public.t", "e", "f")
                                .in(nobody)
                                .replacing(new Outcome.Told(OutcomeKind.CONFLICT, Optional.of("duplicate")))
                                .formerlyIn(admins),
                        Outcome.of("public.t", "g", OutcomeKind.FAILED).in(Group.UNKNOWN),
                        Outcome.of("public.t", "h", OutcomeKind.UNCHANGED)
                                .because("already_migrated")
                                .in(admins),
                        Outcome.of("public.other", "x", OutcomeKind.MIGRATED).because("reference")),
                new OutcomeEvents.Position(0, ""));

        JsonObject event = events("moves").get(0);
        assertThat(event.getJsonObject("groups").getJsonArray("columns")).containsExactly("role", "scope");
        assertThat(event.getJsonObject("groups").getJsonArray("changes").stream()
                        .map(Object::toString))
                .containsExactly(
                        "{\"values\":[\"admin\",\"x\"],\"counts\":{\"migrated\":2,\"conflict\":-1}}",
                        "{\"values\":[null,null],\"counts\":{\"migrated\":1}}",
                        "{\"values\":null,\"counts\":{\"failed\":1}}");
        assertThat(Schemas.violations("outcomes-recorded", event.encode())).isEmpty();
    }

    @Test
    void shouldCountEntitiesOnlyAndFollowTheSchema() {
        append(
                "mixed",
                List.of(
                        Outcome.migrated("public.t", "a", "b"),
                        Outcome.of("public.other", "x", OutcomeKind.MIGRATED).because("reference"),
                        Outcome.of("public.t", "c", OutcomeKind.CONFLICT)
                                .because("duplicate")
                                .explained("words")),
                new OutcomeEvents.Position(0, ""));

        JsonObject event = events("mixed").get(0);
        assertThat(event.getJsonObject("counts").getLong("migrated")).isEqualTo(1);
        assertThat(event.getJsonObject("counts").getLong("conflict")).isEqualTo(1);
        assertThat(event.containsKey("groups")).isFalse();
        assertThat(Schemas.violations("outcomes-recorded", event.encode())).isEmpty();
    }

    @Test
    void shouldSendAgainWhatIsAskedForAndNothingElse() {
        engine.execute("""
                INSERT INTO godwit.outbox (id, topic, key, type, source, subject, payload)
                SELECT gen_random_uuid(), 'godwit.outcomes', 'missed', 'dev.godwit.outcomes.recorded', '/godwit/migration-service', 'missed',
                       convert_to(json_build_object('run', 'missed', 'stream', 'chunk-1', 'sequence', i, 'outcomes', repeat('x', 5000))::text, 'UTF8')
                  FROM generate_series(1, 210) AS i
                """);
        append("other", List.of(Outcome.migrated("public.t", "a", "b")), new OutcomeEvents.Position(0, ""));
        List<String> before = engine.values(EVENTS_AS_THEY_ARE);
        String transaction = engine.value("SELECT DISTINCT xmin FROM godwit.outbox WHERE subject = 'missed'");
        OutboxResend outbox = new OutboxResend(engine.sessions());
        List<Resend.Range> ranges =
                List.of(new Resend.Range("chunk-1", 3, 4), new Resend.Range("chunk-1", 205, 300), NO_SUCH_STREAM);

        Resend.Answer first =
                Engine.await(outbox.send(new Resend("missed", Resend.Kind.OUTCOMES, ranges, Optional.empty())));
        Resend.Answer second =
                Engine.await(outbox.send(new Resend("missed", Resend.Kind.OUTCOMES, ranges, first.next())));

        assertThat(first.sent()).extracting(Resend.Sent::sequence).containsExactlyInAnyOrder(3L, 4L);
        assertThat(second.sent())
                .extracting(Resend.Sent::sequence)
                .containsExactlyInAnyOrder(205L, 206L, 207L, 208L, 209L, 210L);
        assertThat(second.next()).isEmpty();
        assertThat(engine.values(EVENTS_AS_THEY_ARE)).as("as they were").isEqualTo(before);
        assertThat(engine.values(
                        "SELECT convert_from(payload, 'UTF8')::jsonb ->> 'sequence' FROM godwit.outbox WHERE subject = 'missed' AND source = '"
                                + Outbox.RESENT + "' AND xmin <> '" + transaction + "'::xid"))
                .as("written again, so that the connector carries them")
                .containsExactlyInAnyOrder("3", "4", "205", "206", "207", "208", "209", "210");
    }

    @CanIgnoreReturnValue
    private static OutcomeEvents.Position append(String run, List<Outcome> outcomes, OutcomeEvents.Position from) {
        OutcomeEvents.Batch batch = new OutcomeEvents.Batch(
                run,
                "m",
                "commit",
                "backfill",
                "chunk-1",
                7,
                Optional.empty(),
                "public.t",
                List.of("role", "scope"),
                Optional.empty());
        OutcomeEvents.Chain chain = OutcomeEvents.chain(batch, outcomes, from);
        Engine.await(
                engine.sessions().inTransaction(connection -> Pipeline.of(List.copyOf(chain.appends(connection)))));
        return chain.end();
    }

    private static List<JsonObject> events(String run) {
        return engine.events(Outbox.OUTCOMES).stream()
                .filter(event -> event.getString("run").equals(run))
                .toList();
    }
}
