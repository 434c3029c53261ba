package dev.godwit.cli.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import org.junit.jupiter.api.Test;

class GarbageCollectionTest {

    @Test
    void shouldCollectTheGarbageOfAJvm() {
        WeakReference<Object> garbage = new WeakReference<>(new Object());

        assertThat(GarbageCollection.of(ProcessHandle.current().pid())).isTrue();

        assertThat(garbage.get()).isNull();
    }

    @Test
    void shouldTellThatAnythingElseCannotBeAsked() throws Exception {
        Process other = new ProcessBuilder("sleep", "60").start();
        try {
            assertThat(GarbageCollection.of(other.pid())).isFalse();
        } finally {
            other.destroyForcibly();
        }
    }
}
