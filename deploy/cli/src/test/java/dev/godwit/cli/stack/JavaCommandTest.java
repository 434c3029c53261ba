package dev.godwit.cli.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class JavaCommandTest {

    @TempDir
    private Path directory;

    @Test
    @EnabledOnOs(OS.LINUX)
    void shouldStandBackBehindTheApplicationAndItsDatabase() throws Exception {
        // Given: the words that come before the JVM's, and a command in its place that tells its own priority
        List<String> words = JavaCommand.withHeap("64m").main("none", "None", Path.of("none"));
        List<String> command = new ArrayList<>(words.subList(0, words.indexOf("-Xmx64m") - 1));
        command.addAll(List.of("sh", "-c", "nice; cat /proc/self/autogroup 2> /dev/null"));
        StateDirectory state = new StateDirectory(directory);
        state.create();
        Path log = state.log("teller");

        // When
        Processes.Recorded teller = new Processes(state).spawn(new Launch("teller", command, Map.of(), log, ""));
        assertThat(Processes.awaitEnd(teller, Duration.ofSeconds(10))).isTrue();

        // Then: as a process, and where Linux shares by session, as a session
        List<String> said = Files.readAllLines(log);
        assertThat(said).first().isEqualTo("15");
        assertThat(said.subList(1, said.size())).allMatch(line -> line.endsWith("nice 15"));
    }
}
