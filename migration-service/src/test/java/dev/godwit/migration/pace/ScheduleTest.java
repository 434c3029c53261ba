package dev.godwit.migration.pace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The schedule in a simulated time: workers that ask, wait, work for a while and ask again. */
class ScheduleTest {

    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final int WANTED = 1000;

    private record Batch(Instant begun, int worker, int entities) {}

    private record Worker(int number, Instant awake, Duration owed) {}

    /** Workers on one schedule. */
    private static final class Simulation {
        private final Tariff tariff;
        private final IntUnaryOperator outcome;
        private final Random random = new Random(7);
        private final PriorityQueue<Worker> workers =
                new PriorityQueue<>((a, b) -> a.awake().compareTo(b.awake()));
        private final List<Batch> batches = new ArrayList<>();
        private Instant free = BEGIN;

        Simulation(int perSecond, int workers, IntUnaryOperator outcome) {
            this.tariff = Tariff.cap(perSecond);
            this.outcome = outcome;
            for (int i = 0; i < workers; i++) {
                this.workers.add(new Worker(i, BEGIN.plusMillis(i), Duration.ZERO));
            }
        }

        Simulation until(Instant end) {
            while (workers.peek().awake().isBefore(end)) {
                step(workers.poll());
            }
            return this;
        }

        private void step(Worker worker) {
            int planned = tariff.batch(WANTED);
            Duration reserved = tariff.cost(planned, Duration.ZERO);
            Schedule.Answer answer = Schedule.ask(free.plus(worker.owed()), worker.awake(), reserved, PATIENCE);
            free = answer.free();
            Instant begun = worker.awake().plus(answer.delay());
            if (!answer.granted()) {
                workers.add(new Worker(worker.number(), begun, Duration.ZERO));
                return;
            }
            int done = outcome.applyAsInt(planned);
            Instant late = begun.plusNanos(random.nextInt(2_000_000));
            batches.add(new Batch(late, worker.number(), done));
            Duration took = Duration.ofNanos(3_000_000 + done * (40_000L + random.nextInt(20_000)));
            Duration owed = tariff.cost(done, took).minus(reserved);
            workers.add(new Worker(worker.number(), late.plus(took), owed));
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
        int slack = 2 * Tariff.cap(perSecond).batch(WANTED);

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
        Instant free = BEGIN.plusSeconds(60);

        Schedule.Answer answer = Schedule.ask(free, BEGIN, Duration.ofMillis(200), PATIENCE);

        assertThat(answer).isEqualTo(new Schedule.Answer(free, PATIENCE, false));
    }

    @Test
    void shouldMakeBatchesAFractionOfASecondLarge() {
        assertThat(Tariff.cap(1).batch(1000)).isEqualTo(1);
        assertThat(Tariff.cap(500).batch(1000)).isEqualTo(100);
        assertThat(Tariff.cap(500).batch(7)).isEqualTo(7);
        assertThat(Tariff.cap(Integer.MAX_VALUE).batch(1000)).isEqualTo(1000);
    }

    @Test
    void shouldRefuseACapThatAllowsNothing() {
        assertThatThrownBy(() -> Tariff.cap(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldRefuseAShareThatAllowsNothing() {
        assertThatThrownBy(() -> new Tariff(Optional.empty(), OptionalDouble.of(0)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({"0.25, 1", "0.25, 4", "0.1, 2", "0.025, 1"})
    void shouldHoldBatchesToAShareOfTheTime(double duty, int workers) {
        Tariff tariff = new Tariff(Optional.empty(), OptionalDouble.of(duty));
        PriorityQueue<Worker> waiting = new PriorityQueue<>((a, b) -> a.awake().compareTo(b.awake()));
        for (int i = 0; i < workers; i++) {
            waiting.add(new Worker(i, BEGIN, Duration.ZERO));
        }
        Random random = new Random(5);
        Duration expected = Duration.ofMillis(20);
        Duration worked = Duration.ZERO;
        Instant free = BEGIN;
        while (waiting.peek().awake().isBefore(BEGIN.plusSeconds(120))) {
            Worker worker = waiting.poll();
            Duration reserved = tariff.cost(100, expected);
            Schedule.Answer answer = Schedule.ask(free.plus(worker.owed()), worker.awake(), reserved, PATIENCE);
            free = answer.free();
            Instant begun = worker.awake().plus(answer.delay());
            Duration took = answer.granted() ? Duration.ofMillis(10 + random.nextInt(60)) : Duration.ZERO;
            Duration owed = answer.granted() ? tariff.cost(100, took).minus(reserved) : Duration.ZERO;
            worked = worked.plus(took);
            waiting.add(new Worker(worker.number(), begun.plus(took), owed));
        }

        assertThat(worked.toMillis() / 120_000.0).isCloseTo(duty, Percentage.withPercentage(6));
    }

    @Test
    void shouldStandStillForAMinuteAtMostAfterABatchThatTookLong() {
        Tariff gentle = new Tariff(Optional.of(10), OptionalDouble.of(0.0008));

        assertThat(gentle.cost(10, Duration.ofMillis(20))).isEqualTo(Duration.ofSeconds(25));
        assertThat(gentle.cost(10, Duration.ofSeconds(15))).isEqualTo(Duration.ofMinutes(1));
        assertThat(gentle.cost(1000, Duration.ofSeconds(15)))
                .as("a cap is kept whatever it takes")
                .isEqualTo(Duration.ofSeconds(100));
        assertThat(gentle.most(1000)).isEqualTo(Duration.ofSeconds(100));
    }

    @Test
    void shouldChargeWhatIsDearer() {
        Tariff both = new Tariff(Optional.of(1000), OptionalDouble.of(0.5));

        assertThat(both.cost(100, Duration.ofMillis(20))).isEqualTo(Duration.ofMillis(100));
        assertThat(both.isHeldByCap(100, Duration.ofMillis(20))).isTrue();
        assertThat(both.cost(10, Duration.ofMillis(20))).isEqualTo(Duration.ofMillis(40));
        assertThat(both.isHeldByCap(10, Duration.ofMillis(20))).isFalse();
        assertThat(both.isFree()).isFalse();
        assertThat(new Tariff(Optional.empty(), OptionalDouble.empty()).isFree())
                .isTrue();
    }
}
