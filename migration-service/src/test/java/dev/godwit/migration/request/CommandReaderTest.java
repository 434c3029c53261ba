package dev.godwit.migration.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.godwit.migration.outbox.Resend;
import dev.godwit.migration.pace.PaceLevel;
import dev.godwit.migration.pace.Window;
import dev.godwit.migration.run.Refusal;
import dev.godwit.migration.run.RunCommand;
import dev.godwit.migration.run.StartCommand;
import dev.godwit.migration.series.SeriesCommand;
import dev.godwit.migration.testing.Schemas;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandReaderTest {

    private static final String START = "dev.godwit.run.start";
    private static final String MIGRATE = "dev.godwit.entities.migrate";

    @Nested
    class Resending {

        @Test
        void shouldReadEveryField() {
            Resend resend = resend(
                    "{'events':'outcomes','ranges':[{'stream':'chunk-1','from':2,'to':5}],'after':'2026-11-21T10:00:00.123456Z 00000000-0000-4000-8000-000000000001'}");

            assertThat(resend)
                    .isEqualTo(new Resend(
                            "r1",
                            Resend.Kind.OUTCOMES,
                            List.of(new Resend.Range("chunk-1", 2, 5)),
                            Optional.of(new Resend.Place(
                                    OffsetDateTime.parse("2026-11-21T10:00:00.123456Z"),
                                    UUID.fromString("00000000-0000-4000-8000-000000000001")))));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "{'events':'all'}",
                    "{'ranges':{}}",
                    "{'ranges':[7]}",
                    "{'ranges':[{'from':1}]}",
                    "{'ranges':[{'stream':'a','from':0}]}",
                    "{'ranges':[{'stream':'a','sql':'x'}]}",
                    "{'after':'yesterday'}",
                    "{'after':'2026-11-21T10:00:00Z x'}"
                })
        void shouldRefuseTheRest(String data) {
            assertThatThrownBy(() -> resend(data)).isInstanceOf(Refusal.class);
        }

        private static Resend resend(String data) {
            return CommandReader.resend(
                    "r1", StrictObject.parse(data.replace('\'', '"').getBytes(StandardCharsets.UTF_8)));
        }
    }

    @Nested
    class Series {

        @Test
        void shouldReadEveryField() {
            Command command = read(
                    "dev.godwit.series.start",
                    "{'migrations':['b','a','b'],'mode':'commit','follow':true,'pace':'full','requestedBy':'ann','reason':'because'}");

            assertThat(command)
                    .isEqualTo(new Command.StartSeries(new SeriesCommand(
                            "id-1",
                            List.of("b", "a"),
                            true,
                            true,
                            Optional.of(PaceLevel.FULL),
                            "claimed:ann",
                            Optional.of("because"),
                            Optional.empty())));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "{}",
                    "{'migrations':[]}",
                    "{'migrations':'a'}",
                    "{'migrations':['a'],'mode':'maybe'}",
                    "{'migrations':['a'],'mode':'commit','follow':'yes'}",
                    "{'migrations':['a'],'sql':'SELECT 1'}"
                })
        void shouldRefuseWhatTheSchemaRefuses(String data) {
            assertThat(Schemas.violations("command-series-start", data.replace('\'', '"')))
                    .isNotEmpty();
            assertThatThrownBy(() -> read("dev.godwit.series.start", data)).isInstanceOf(Refusal.class);
        }

        @Test
        void shouldTakeWhatTheSchemaTakes() {
            String data = "{'migrations':['a'],'mode':null,'reason':null}";

            assertThat(Schemas.violations("command-series-start", data.replace('\'', '"')))
                    .isEmpty();
            assertThat(read("dev.godwit.series.start", data).requestedBy()).isEqualTo("claimed:/client");
        }
    }

    @Nested
    class Start {

        @Test
        void shouldBePlanUnlessCommitIsSaid() {
            StartCommand start = start("{'migration':'m'}");

            assertThat(start)
                    .isEqualTo(new StartCommand(
                            "id-1",
                            "m",
                            false,
                            Optional.empty(),
                            List.of(),
                            Optional.empty(),
                            false,
                            Optional.empty(),
                            Optional.empty(),
                            Optional.empty(),
                            false,
                            "claimed:/client",
                            Optional.empty(),
                            Optional.empty()));
        }

        @Test
        void shouldReadEveryField() {
            StartCommand start = start(
                    "{'migration':'m','mode':'commit','limit':100,'only':['a','b','a'],'plan':'r1',"
                            + "'follow':true,'maxRate':50,'pace':'gentle','onlyBetween':'22:00-06:00 Europe/Berlin','requireArchiving':true,'requestedBy':'ann','reason':'because'}");

            assertThat(start)
                    .isEqualTo(new StartCommand(
                            "id-1",
                            "m",
                            true,
                            Optional.of(100L),
                            List.of("a", "b"),
                            Optional.of("r1"),
                            true,
                            Optional.of(50),
                            Optional.of(PaceLevel.GENTLE),
                            Optional.of(Window.parse("22:00-06:00 Europe/Berlin")),
                            true,
                            "claimed:ann",
                            Optional.of("because"),
                            Optional.empty()));
        }

        @Test
        void shouldTakeNullForAbsent() {
            assertThat(start("{'migration':'m','limit':null,'only':null,'plan':null,'maxRate':null,'follow':null}")
                            .only())
                    .isEmpty();
        }

        @Test
        void shouldTakeABlankRemarkForAbsent() {
            StartCommand start = start("{'migration':'m','requestedBy':'','reason':' '}");

            assertThat(start.requestedBy()).isEqualTo("claimed:/client");
            assertThat(start.reason()).isEmpty();
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "{}",
                    "{'migration':null}",
                    "{'migration':''}",
                    "{'migration':'  '}",
                    "{'migration':7}",
                    "{'migration':['m']}",
                    "{'migration':'a\\u0000b'}",
                    "{'migration':'a\\ud800b'}",
                    "{'migration':'m','mode':'COMMIT'}",
                    "{'migration':'m','mode':true}",
                    "{'migration':'m','limit':0}",
                    "{'migration':'m','limit':-1}",
                    "{'migration':'m','limit':1.5}",
                    "{'migration':'m','limit':'1'}",
                    "{'migration':'m','limit':99999999999999999999}",
                    "{'migration':'m','maxRate':2147483648}",
                    "{'migration':'m','follow':'yes'}",
                    "{'migration':'m','only':[]}",
                    "{'migration':'m','only':'k'}",
                    "{'migration':'m','only':[1]}",
                    "{'migration':'m','only':[null]}",
                    "{'migration':'m','only':{'k':1}}",
                    "{'migration':'m','mode':'plan','plan':'r1'}",
                    "{'migration':'m','reason':7}",
                    "{'migration':'m','plan':''}",
                    "{'migration':'m','sql':'DROP TABLE documents'}",
                    "[]",
                    "'text'",
                    "null",
                    "7"
                })
        void shouldRefuseBadData(String json) {
            codeMustBe("bad_data", () -> start(json));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {"{", "{'migration':'m'} x", "{'migration':'m','migration':'n'}", "{migration:'m'}", "'"})
        void shouldRefuseWhatIsNoJson(String json) {
            codeMustBe("bad_json", () -> start(json));
        }

        @Test
        void shouldNameTheFieldThatIsNotKnown() {
            assertThatThrownBy(() -> start("{'migration':'m','limt':5}"))
                    .hasMessageContaining("'limt'")
                    .hasMessageContaining("limit");
        }

        @Test
        void shouldRefuseTooManyKeys() {
            codeMustBe("too_many_keys", () -> start("{'migration':'m','only':" + keys(1001) + "}"));
            assertThat(start("{'migration':'m','only':" + keys(1000) + "}").only())
                    .hasSize(1000);
        }
    }

    @Nested
    class Changes {

        @ParameterizedTest
        @CsvSource({"pause,PAUSE", "resume,RESUME", "cancel,CANCEL", "complete,COMPLETE", "verify,VERIFY"})
        void shouldReadChangesOfARun(String type, RunCommand command) {
            assertThat(read("dev.godwit.run." + type, "{'run':'r1','reason':'why'}"))
                    .isEqualTo(new Command.Change(command, "r1", "id-1", "claimed:/client", Optional.of("why")));
        }

        @Test
        void shouldReadARollbackOnlyWithCommit() {
            assertThat(read("dev.godwit.run.rollback", "{'run':'r1','commit':true}"))
                    .isEqualTo(
                            new Command.Change(RunCommand.ROLLBACK, "r1", "id-1", "claimed:/client", Optional.empty()));
            codeMustBe("bad_data", () -> read("dev.godwit.run.rollback", "{'run':'r1','commit':false}"));
            codeMustBe("bad_data", () -> read("dev.godwit.run.rollback", "{'run':'r1'}"));
        }

        @ParameterizedTest
        @ValueSource(strings = {"dev.godwit.run.forget", "dev.godwit.run.retry", "dev.godwit.run.START", "start", "x"})
        void shouldRefuseUnknownTypes(String type) {
            codeMustBe("unknown_type", () -> read(type, "{'run':'r1'}"));
        }
    }

    @Nested
    class Migrate {

        @Test
        void shouldReadKeysInOrderEachOnce() {
            assertThat(read(MIGRATE, "{'migration':'m','keys':['b','a','b',''],'requestedBy':'ann','reason':'why'}"))
                    .isEqualTo(new Command.Migrate("id-1", "m", List.of("b", "a", ""), "claimed:ann"));
        }

        @Test
        void shouldRefuseTooManyOrNoKeys() {
            codeMustBe("too_many_keys", () -> read(MIGRATE, "{'migration':'m','keys':" + keys(1001) + "}"));
            codeMustBe("bad_data", () -> read(MIGRATE, "{'migration':'m','keys':[]}"));
            codeMustBe("bad_data", () -> read(MIGRATE, "{'migration':'m'}"));
            codeMustBe("bad_data", () -> read(MIGRATE, "{'migration':'m','keys':['" + "x".repeat(4001) + "']}"));
        }
    }

    @Test
    void shouldEitherReadOrRefuseWhateverComes() {
        byte[] valid = ("{\"migration\":\"m\",\"mode\":\"commit\",\"limit\":5,\"only\":[\"a\",\"b\"],\"plan\":\"r1\","
                        + "\"follow\":true,\"maxRate\":9,\"requestedBy\":\"ä\",\"reason\":\"x\"}")
                .getBytes(StandardCharsets.UTF_8);
        Random random = new Random(20261121);

        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = damaged(valid, random);
            Throwable failure = catchThrowable(
                    () -> CommandReader.start(StrictObject.parse(bytes), "id-1", Requester.claimed("/client")));
            if (failure != null) {
                assertThat(failure)
                        .as("for %s", new String(bytes, StandardCharsets.UTF_8))
                        .isInstanceOf(Refusal.class);
            }
        }
    }

    private static byte[] damaged(byte[] valid, Random random) {
        byte[] bytes = valid.clone();
        int damages = 1 + random.nextInt(3);
        for (int i = 0; i < damages; i++) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        return random.nextInt(4) == 0 ? java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes;
    }

    private static String keys(int count) {
        return IntStream.range(0, count).mapToObj(i -> "'k" + i + "'").collect(Collectors.joining(",", "[", "]"));
    }

    private static StartCommand start(String json) {
        return ((Command.Start) read(START, json)).start();
    }

    private static Command read(String type, String json) {
        byte[] bytes = json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        return CommandReader.read(type, "id-1", Requester.claimed("/client"), StrictObject.parse(bytes));
    }

    private static void codeMustBe(String code, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(Refusal.class, refusal -> assertThat(refusal.code())
                .isEqualTo(code));
    }
}
