package dev.godwit.migration.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.godwit.migration.run.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnvelopeTest {

    private static final String DATA = "{\"run\":\"r1\"}";

    @Nested
    class Binary {

        @Test
        void shouldReadAttributesFromHeaders() {
            Envelope envelope = Envelope.read(binary(Map.of()));

            assertThat(envelope.id()).isEqualTo("c-1");
            assertThat(envelope.type()).isEqualTo("dev.godwit.run.pause");
            assertThat(envelope.source()).isEqualTo("/client");
            assertThat(envelope.data().read().name("run")).isEqualTo("r1");
        }

        @Test
        void shouldKnowASenderWithoutSource() {
            assertThat(Envelope.read(binary(Map.of("ce_source", ""))).source()).isEqualTo("kafka");
        }

        @ParameterizedTest
        @ValueSource(strings = {"ce_id", "ce_type", "ce_specversion"})
        void shouldRefuseEmptyOrEndlessAttributes(String header) {
            codeMustBe("bad_envelope", () -> Envelope.read(binary(Map.of(header, ""))));
            codeMustBe("bad_envelope", () -> Envelope.read(binary(Map.of(header, "x".repeat(201)))));
        }

        @Test
        void shouldNotReadWhatIsTooLarge() {
            ConsumerRecord<byte[], byte[]> large =
                    new ConsumerRecord<>("godwit.commands", 0, 0, new byte[0], new byte[1024 * 1024 + 1]);

            assertThatThrownBy(() -> Envelope.read(large)).hasMessageContaining("at most 1048576");
        }

        @Test
        void shouldRefuseOtherVersions() {
            codeMustBe("bad_envelope", () -> Envelope.read(binary(Map.of("ce_specversion", "0.3"))));
        }

        @Test
        void shouldRefuseHeadersThatAreNotText() {
            ConsumerRecord<byte[], byte[]> record = binary(Map.of());
            record.headers().remove("ce_id").add("ce_id", new byte[] {(byte) 0xff, (byte) 0xfe});

            codeMustBe("bad_envelope", () -> Envelope.read(record));
        }

        @Test
        void shouldReadTheEnvelopeOfBadData() {
            Envelope envelope = Envelope.read(binary(Map.of("content-type", "text/xml")));

            assertThat(envelope.id()).isEqualTo("c-1");
            codeMustBe("bad_data", () -> envelope.data().read());
        }
    }

    @Nested
    class Structured {

        @Test
        void shouldReadAttributesFromTheBody() {
            Envelope envelope = Envelope.read(structured(event("'data':" + DATA)));

            assertThat(envelope.id()).isEqualTo("c-1");
            assertThat(envelope.data().read().name("run")).isEqualTo("r1");
        }

        @Test
        void shouldReadDataInBase64() {
            String encoded = Base64.getEncoder().encodeToString(DATA.getBytes(StandardCharsets.UTF_8));

            assertThat(Envelope.read(structured(event("'data_base64':'" + encoded + "'")))
                            .data()
                            .read()
                            .name("run"))
                    .isEqualTo("r1");
            codeMustBe("bad_data", () -> Envelope.read(structured(event("'data_base64':'***'")))
                    .data()
                    .read());
        }

        @Test
        void shouldBeTakenForWhatHasNoHeadersAtAll() {
            assertThat(Envelope.read(record(event("'data':" + DATA), Map.of())).id())
                    .isEqualTo("c-1");
        }

        @Test
        void shouldRefuseDataThatIsNoObject() {
            codeMustBe(
                    "bad_data",
                    () -> Envelope.read(structured(event("'data':[1]"))).data().read());
            codeMustBe("bad_data", () -> Envelope.read(structured(event("'subject':'x'")))
                    .data()
                    .read());
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "[]",
                    "{}",
                    "{'specversion':'1.0'}",
                    "{'specversion':'1.0','id':7,'type':'t'}",
                    "{'specversion':'1.0','id':'c','type':null}",
                    "{'specversion':'0.3','id':'c','type':'t'}"
                })
        void shouldRefuseIncompleteEnvelopes(String json) {
            codeMustBe("bad_envelope", () -> Envelope.read(structured(json.replace('\'', '"'))));
        }

        @Test
        void shouldRefuseWhatIsNoJson() {
            codeMustBe("bad_json", () -> Envelope.read(structured("{\"specversion\":")));
        }
    }

    @Test
    void shouldRefuseBatchesAndMessagesWithoutValue() {
        codeMustBe(
                "bad_envelope",
                () -> Envelope.read(record("[]", Map.of("content-type", "application/cloudevents-batch+json"))));
        codeMustBe("bad_envelope", () -> Envelope.read(new ConsumerRecord<>("godwit.commands", 0, 0, null, null)));
    }

    private static String event(String rest) {
        return ("{'specversion':'1.0','id':'c-1','type':'dev.godwit.run.pause','source':'/client'," + rest + "}")
                .replace('\'', '"');
    }

    private static ConsumerRecord<byte[], byte[]> structured(String value) {
        return record(value, Map.of("content-type", "application/cloudevents+json; charset=UTF-8"));
    }

    private static ConsumerRecord<byte[], byte[]> binary(Map<String, String> changed) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("ce_specversion", "1.0");
        headers.put("ce_id", "c-1");
        headers.put("ce_type", "dev.godwit.run.pause");
        headers.put("ce_source", "/client");
        headers.put("content-type", "application/json");
        headers.putAll(changed);
        return record(DATA, headers);
    }

    private static ConsumerRecord<byte[], byte[]> record(String value, Map<String, String> headers) {
        ConsumerRecord<byte[], byte[]> record =
                new ConsumerRecord<>("godwit.commands", 0, 0, null, value.getBytes(StandardCharsets.UTF_8));
        headers.forEach((name, text) -> record.headers().add(name, text.getBytes(StandardCharsets.UTF_8)));
        return record;
    }

    private static void codeMustBe(String code, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(Refusal.class, refusal -> assertThat(refusal.code())
                .isEqualTo(code));
    }
}
