package dev.godwit.cli.demo.onboarding;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StateTest {

    @Test
    void shouldKeepTogetherWhatWasKeptOfTwoStepsThatAreOneNow() {
        State old = State.of(
                4,
                "{\"version\": 11, \"steps\": {\"4\": {\"seen\": 4}, \"3\": {\"seen\": 3, \"odd\": true}}, \"visited\": [4, 3, 4]}",
                "{\"current\": 1, \"skipped\": [4, 3],   \"current\": 4}",
                "/onboarding/step/4?from=/step/4");

        State changed = old.inNineSteps();

        assertThat(old.isOld()).isTrue();
        assertThat(changed.isOld()).isFalse();
        assertThat(changed.meaning())
                .isEqualTo(State.of(
                                3,
                                "{\"visited\": [3], \"version\": 9, \"steps\": {\"3\": {\"odd\": true, \"seen\": 4}}}",
                                "{\"skipped\":[3],\"current\":3}",
                                "/onboarding/step/3?from=/step/4")
                        .meaning());
    }

    @Test
    void shouldLeaveAloneWhatAnEarlierScriptMarked() {
        State marked = State.of(9, "{\"version\": 11, \"_migration_metadata\": {}}", null, null);

        assertThat(marked.isOld()).isFalse();
        assertThat(marked.isMarked()).isTrue();
    }

    @Test
    void shouldSaveTheFormThatTheClientHas() {
        State old = State.first(false).advanced(1).advanced(2);

        assertThat(old.step()).isEqualTo(2);
        assertThat(old.isOld()).isTrue();
        assertThat(old.inNineSteps().advanced(3).isOld()).isFalse();
        assertThat(State.of(11, "{\"version\": 11}", null, null).advanced(4).step())
                .isEqualTo(State.LAST_OF_OLD);
    }
}
