package dev.godwit.migration.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChunkMessageTest {

    @Test
    void shouldReadWhatItWrote() {
        ChunkMessage message = new ChunkMessage("r7\"ü", 12, 3);

        assertThat(ChunkMessage.parse(message.toJson())).contains(message);
    }

    @Test
    void shouldSpreadChunksOfARunButKeepOneChunkInOnePlace() {
        assertThat(new ChunkMessage("r7", 12, 3).key()).isEqualTo(new ChunkMessage("r7", 12, 9).key());
        assertThat(new ChunkMessage("r7", 12, 3).key()).isNotEqualTo(new ChunkMessage("r7", 13, 3).key());
    }

    @Test
    void shouldReadAMessageWithoutEpoch() {
        assertThat(ChunkMessage.parse("{\"run\":\"r\",\"chunk\":1}")).contains(new ChunkMessage("r", 1, 0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "{}",
                "{\"run\":\"r\"}",
                "{\"chunk\":1}",
                "{\"run\":1,\"chunk\":[]}",
                "{\"run\":\"r\",\"chunk\":\"x\"}",
                "{\"run\":\"r\",\"chunk\":1",
                "\u0000"
            })
    void shouldTakeNothingElseForAMessage(String text) {
        assertThat(ChunkMessage.parse(text)).isEmpty();
    }
}
