package dev.godwit.migration.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The cap in a simulated time: workers that ask, wait, work for a while and ask again. */
class RateCapTest {

    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final int WANTED = 1000;

    private record Batch(Instant begun, int worker, int entities) {}

    private record Worker(int number, Instant awake, int owed) {}

    /** Workers on one schedule. */
    private static final class Simulation {
        private final RateCap cap;
        private final IntUnaryOperator outcome;
        private final Random random = new Random(7);
        private final PriorityQueue<Worker> workers =
                new PriorityQueue<>((a, b) -> a.awake().compareTo(b.awake()));
        private final List<Batch> batches = new ArrayList<>();
        private Instant free = BEGIN;

        Simulation(int perSecond, int workers, IntUnaryOperator outcome) {
            this.cap = new RateCap(perSecond);
            this.outcome = outcome;
            for (int i = 0; i < workers; i++) {
                this.workers.add(new Worker(i, BEGIN.plusMillis(i), 0));
            }
        }

        Simulation until(Instant end) {
            while (workers.peek().awake().isBefore(end)) {
                step(workers.poll());
            }
            return this;
        }

        private void step(Worker worker) {
            int planned = cap.batch(WANTED);
            RateCap.Answer answer = cap.ask(cap.settled(free, worker.owed()), worker.awake(), planned, PATIENCE);
            free = answer.free();
            Instant begun = worker.awake().plus(answer.delay());
            if (!answer.granted()) {
                workers.add(new Worker(worker.number(), begun, 0));
                return;
            }
            int done = outcome.applyAsInt(planned);
            Instant late = begun.plusNanos(random.nextInt(2_000_000));
            batches.add(new Batch(late, worker.number(), done));
            Duration took = Duration.ofNanos(3_000_000 + done * (40_000L + random.nextInt(20_000)));
            workers.add(new Worker(worker.number(), late.plus(took), done - planned));
        }

        /** Nobody works for a while. */
        void pause(Instant until) {
            List<Worker> all = List.copyOf(workers);
            workers.clear();
            all.forEach(worker -> workers.add(new Worker(worker.number(), until, worker.owed())));
        }

        int done(Instant from, Instant to) {
            return batches.stream()
                    .filter(batch ->
                            !batch.begun().isBefore(from) && batch.begun().isBefore(to))
                    .mapToInt(Batch::entities)
                    .sum();
        }

        int doneBy(int worker) {
            return batches.stream()
                    .filter(batch -> batch.worker() == worker)
                    .mapToInt(Batch::entities)
                    .sum();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1",
        "1, 8",
        "10, 1",
        "10, 8",
        "100, 1",
        "100, 8",
        "499, 2",
        "1000, 1",
        "1000, 8",
        "10000, 2",
        "10000, 8"
    })
    void shouldHoldTheCapWithinFivePercent(int perSecond, int workers) {
        Simulation simulation = new Simulation(perSecond, workers, planned -> planned);
        Duration time = Duration.ofSeconds(Math.max(20, 400 / perSecond));

        int done = simulation.until(BEGIN.plus(time)).done(BEGIN, BEGIN.plus(time));

        assertThat(done).isCloseTo((int) (perSecond * time.toSeconds()), Percentage.withPercentage(5));
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 1000, 10_000})
    void shouldHoldTheCapInEverySecond(int perSecond) {
        Simulation simulation = new Simulation(perSecond, 4, planned -> planned).until(BEGIN.plusSeconds(30));
        int slack = 2 * new RateCap(perSecond).batch(WANTED);

        for (int second = 0; second < 29; second++) {
            assertThat(simulation.done(BEGIN.plusSeconds(second), BEGIN.plusSeconds(second + 1)))
                    .isBetween(perSecond - slack, perSecond + slack);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 3", "20, 2", "400, 4"})
    void shouldHoldTheCapThoughABlockHoldsMoreThanWasAskedFor(int perSecond, int workers) {
        int block = 130;
        Simulation simulation = new Simulation(perSecond, workers, planned -> Math.max(block, planned));
        Duration time = Duration.ofSeconds(40L * block / perSecond);

        int done = simulation.until(BEGIN.plus(time)).done(BEGIN, BEGIN.plus(time));

        assertThat(done)
                .isCloseTo((int) (perSecond * time.toSeconds()), Percentage.withPercentage(workers * 100.0 / 40));
    }

    @Test
    void shouldGiveBackWhatABatchDidNotNeed() {
        Random random = new Random(3);
        Simulation simulation = new Simulation(1000, 4, planned -> random.nextInt(planned + 1));

        int done = simulation.until(BEGIN.plusSeconds(60)).done(BEGIN, BEGIN.plusSeconds(60));

        assertThat(done).isCloseTo(60_000, Percentage.withPercentage(5));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 50, 1000, 10_000})
    void shouldNotMakeUpForAPause(int perSecond) {
        Simulation simulation = new Simulation(perSecond, 4, planned -> planned).until(BEGIN.plusSeconds(10));
        Instant resumed = BEGIN.plusSeconds(3610);
        simulation.pause(resumed);

        int done = simulation.until(resumed.plusSeconds(20)).done(resumed, resumed.plusSeconds(20));

        assertThat(done).isLessThanOrEqualTo((int) Math.ceil(20 * perSecond * 1.05));
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 1000})
    void shouldShareTheCapFairly(int perSecond) {
        Simulation simulation = new Simulation(perSecond, 5, planned -> planned).until(BEGIN.plusSeconds(200));
        int share = 200 * perSecond / 5;

        for (int worker = 0; worker < 5; worker++) {
            assertThat(simulation.doneBy(worker)).isCloseTo(share, Percentage.withPercentage(5));
        }
    }

    @Test
    void shouldSetNothingAsideForAWorkerThatWouldWaitTooLong() {
        RateCap cap = new RateCap(10);
        Instant free = BEGIN.plusSeconds(60);

        RateCap.Answer answer = cap.ask(free, BEGIN, 2, PATIENCE);

        assertThat(answer).isEqualTo(new RateCap.Answer(free, PATIENCE, false));
    }

    @Test
    void shouldMakeBatchesAFractionOfASecondLarge() {
        assertThat(new RateCap(1).batch(1000)).isEqualTo(1);
        assertThat(new RateCap(500).batch(1000)).isEqualTo(100);
        assertThat(new RateCap(500).batch(7)).isEqualTo(7);
        assertThat(new RateCap(Integer.MAX_VALUE).batch(1000)).isEqualTo(1000);
    }

    @Test
    void shouldRefuseACapThatAllowsNothing() {
        assertThatThrownBy(() -> new RateCap(0)).isInstanceOf(IllegalArgumentException.class);
    }
}
