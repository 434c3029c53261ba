package dev.godwit.migration.definition;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Uuid5Test {

    @Test
    void shouldMatchTheTestVectorOfRfc9562() {
        // RFC 9562, appendix A.4
        assertThat(Uuid5.of(Uuid5.NAMESPACE_DNS, "www.example.com"))
                .hasToString("2ed6657d-e927-568b-95e1-2665a8aea6a2");
    }

    /** Computed with Python's uuid.uuid5 and with uuid-ossp. */
    @ParameterizedTest
    @CsvSource({
        "6ba7b810-9dad-11d1-80b4-00c04fd430c8, python.org, 886313e1-3b8a-5372-9b90-0c9aee199e5d",
        "6ba7b811-9dad-11d1-80b4-00c04fd430c8, '', 1b4db7eb-4057-5ddf-91e0-36dec72071f5",
        "00000000-0000-0000-0000-000000000000, grüße, e51e7398-9ffa-5f2e-acac-aded2f2ff2e3",
        "ffffffff-ffff-ffff-ffff-ffffffffffff, a:b, 4a4ac485-f63c-5a8d-9467-9303174b22aa"
    })
    void shouldMatchVectorsOfOtherImplementations(UUID namespace, String name, UUID expected) {
        assertThat(Uuid5.of(namespace, name)).isEqualTo(expected);
    }

    @Test
    void shouldAgreeWithAnImplementationByHexDigits() throws Exception {
        Random random = new Random(42);
        for (int i = 0; i < 1000; i++) {
            UUID namespace = new UUID(random.nextLong(), random.nextLong());
            String name = random.ints(random.nextInt(40), 1, 0x2000)
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString();

            assertThat(Uuid5.of(namespace, name)).hasToString(byHexDigits(namespace, name));
        }
    }

    @Test
    void shouldBeOfVersionFiveAndOfTheRfcVariant() {
        UUID uuid = Uuid5.of(Uuid5.NAMESPACE_URL, "anything");

        assertThat(uuid.version()).isEqualTo(5);
        assertThat(uuid.variant()).isEqualTo(2);
    }

    private static String byHexDigits(UUID namespace, String name) throws Exception {
        MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
        sha1.update(HexFormat.of().parseHex(namespace.toString().replace("-", "")));
        sha1.update(ByteBuffer.wrap(name.getBytes(StandardCharsets.UTF_8)));
        String hex = HexFormat.of().formatHex(sha1.digest()).substring(0, 32);
        char variant = Character.forDigit((Character.digit(hex.charAt(16), 16) & 0x3) | 0x8, 16);
        return hex.substring(0, 8) + "-" + hex.substring(8, 12) + "-5" + hex.substring(13, 16) + "-" + variant
                + hex.substring(17, 20) + "-" + hex.substring(20);
    }
}
