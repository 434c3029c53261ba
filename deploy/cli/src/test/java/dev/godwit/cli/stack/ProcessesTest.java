package dev.godwit.cli.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessesTest {
    @TempDir
    private Path directory;

    private StateDirectory state;
    private Processes processes;

    @BeforeEach
    void createState() {
        state = new StateDirectory(directory);
        state.create();
        processes = new Processes(state);
    }

    @AfterEach
    void stopProcess() {
        processes.stop("sleeper", "KILL", Duration.ofSeconds(5));
    }

    @Test
    void shouldFindAProcessOfAnEarlierCommand() {
        Processes.Recorded started = processes.spawn(sleeper("60"));

        assertThat(new Processes(state).running("sleeper")).contains(started);
    }

    @Test
    void shouldNotTakeAnotherProcessWithTheSameNumberForOurs() {
        Processes.Recorded started = processes.spawn(sleeper("60"));
        Processes.Recorded imposter = new Processes.Recorded("imposter", started.pid(), "0", started.fingerprint());
        StateDirectory.writePrivately(state.pid("imposter"), imposter);

        assertThat(processes.running("imposter")).isEmpty();
    }

    @Test
    void shouldTellThatAKilledProcessIsGoneAlthoughNobodyReapedIt() {
        Processes.Recorded started = processes.spawn(sleeper("60"));

        Processes.signal(started.pid(), "KILL");

        assertThat(Processes.awaitEnd(started, Duration.ofSeconds(5))).isTrue();
        assertThat(processes.running("sleeper")).isEmpty();
    }

    @Test
    void shouldKillAProcessThatDoesNotEndWhenAsked() throws IOException {
        Path ready = directory.resolve("ready");
        Processes.Recorded stubborn = processes.spawn(
                launch("sleeper", "sh", "-c", "trap '' TERM; touch " + ready + "; while :; do sleep 0.1; done"));
        assertThat(Wait.until(Duration.ofSeconds(5), () -> Files.exists(ready))).isTrue();

        processes.stop("sleeper", "TERM", Duration.ofMillis(300));

        assertThat(stubborn.isAlive()).isFalse();
        assertThat(processes.recorded()).isEmpty();
    }

    @Test
    void shouldWriteWhatAProcessSaysToItsLog() {
        processes.spawn(launch("sleeper", "sh", "-c", "echo to out; echo to err >&2"));

        assertThat(Wait.until(Duration.ofSeconds(5), () -> Processes.tail(state.log("sleeper"))
                        .contains("to err")))
                .isTrue();
        assertThat(Processes.tail(state.log("sleeper"))).contains("to out");
    }

    @Test
    void shouldSeeAChangedEnvironmentAsAnotherLaunch() {
        Launch launch = sleeper("60");
        Launch changed = new Launch(launch.name(), launch.command(), Map.of("A", "2"), launch.log(), launch.version());

        assertThat(changed.fingerprint()).isNotEqualTo(launch.fingerprint());
        assertThat(sleeper("60").fingerprint()).isEqualTo(launch.fingerprint());
    }

    @Test
    void shouldTellMissingCommandsFromFailingOnes() {
        assertThat(Processes.run(List.of("godwit-has-no-such-command"))).isEqualTo(127);
        assertThat(Processes.run(List.of("false"))).isEqualTo(1);
        assertThat(Processes.run(List.of("true"))).isZero();
    }

    @Test
    void shouldReadWhatItWrote() {
        Settings settings = Settings.fresh(17000, "/migrations");

        state.remember(settings);

        assertThat(state.settings()).isEqualTo(Optional.of(settings));
    }

    private Launch sleeper(String seconds) {
        return launch("sleeper", "sleep", seconds);
    }

    private Launch launch(String name, String... command) {
        return new Launch(name, List.of(command), Map.of("A", "1"), state.log(name), "");
    }
}
