package dev.godwit.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.junit.jupiter.api.Test;

class Uuid5Test {

    @Test
    void shouldMakeTheExampleOfTheRfc() {
        UUID dns = UUID.fromString("6ba7b810-9dad-11d1-80b4-00c04fd430c8");

        assertThat(Uuid5.of(dns, "www.example.com")).hasToString("2ed6657d-e927-568b-95e1-2665a8aea6a2");
    }

    @Test
    void shouldCountBytesOfUtf8() {
        UUID namespace = UUID.fromString("6ba7b811-9dad-11d1-80b4-00c04fd430c8");

        assertThat(Uuid5.of(namespace, "Bücher")).isNotEqualTo(Uuid5.of(namespace, "B?cher"));
        assertThat(Uuid5.of(namespace, "Bücher").version()).isEqualTo(5);
        assertThat(Uuid5.of(namespace, "Bücher").variant()).isEqualTo(2);
    }
}
