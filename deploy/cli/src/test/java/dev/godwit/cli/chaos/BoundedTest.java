package dev.godwit.cli.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.godwit.cli.Failure;
import dev.godwit.cli.measure.Pause;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class BoundedTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(20);

    private final List<String> said = new CopyOnWriteArrayList<>();

    private final Bounded.Late<String> late = new Bounded.Late<>() {
        @Override
        public void rescue() {
            said.add("rescued");
            hanging.countDown();
        }

        @Override
        public String end() {
            said.add("ended");
            return "late";
        }
    };

    private final CountDownLatch hanging = new CountDownLatch(1);

    @Test
    void shouldAnswerWhatTheWorkAnswers() throws Exception {
        assertThat(new Bounded<String>(LONG, LONG).await(() -> "done", late)).isEqualTo("done");
        assertThat(said).isEmpty();
    }

    @Test
    void shouldFailAsTheWorkDoes() {
        assertThatThrownBy(() -> new Bounded<String>(LONG, LONG)
                        .await(
                                () -> {
                                    throw Failure.failed("no");
                                },
                                late))
                .isInstanceOf(Failure.class)
                .hasMessage("no");
    }

    @Test
    void shouldEndWorkThatWaitsForLong() throws Exception {
        String answer = new Bounded<String>(SHORT, LONG)
                .await(
                        () -> {
                            try {
                                Pause.sleep(LONG);
                            } finally {
                                said.add("gave up");
                            }
                            return "done";
                        },
                        late);

        assertThat(answer).isEqualTo("late");
        assertThat(said).contains("gave up").endsWith("ended");
    }

    /** As something does that hangs in the network, until its other end is killed. */
    @Test
    void shouldEndWorkThatHearsNobodyOnceWhatItWaitsForIsGone() throws Exception {
        String answer = new Bounded<String>(SHORT, LONG)
                .await(
                        () -> {
                            while (hanging.getCount() > 0) {
                                Thread.onSpinWait();
                            }
                            said.add("gave up");
                            return "done";
                        },
                        late);

        assertThat(answer).isEqualTo("late");
        assertThat(said).containsExactly("rescued", "gave up", "ended");
    }

    @Test
    void shouldNotWaitForWorkThatNothingEnds() throws Exception {
        String answer = new Bounded<String>(SHORT, SHORT)
                .await(
                        () -> {
                            while (!said.contains("ended")) {
                                Thread.onSpinWait();
                            }
                            return "done";
                        },
                        late);

        assertThat(answer).isEqualTo("late");
        assertThat(said).containsExactly("rescued", "ended");
    }
}
