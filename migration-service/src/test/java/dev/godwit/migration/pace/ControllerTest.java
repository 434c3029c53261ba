package dev.godwit.migration.pace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.godwit.migration.pace.Reading.Standing;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The controller in a simulated time, against a database whose latency grows with what is asked of it. */
class ControllerTest {

    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
    private static final Signal PROBE = BuiltInSignal.PROBE_LATENCY.signal();
    private static final Signal VACUUM = BuiltInSignal.VACUUM.signal();
    private static final double CEILING = 0.25;

    /** A database with one disk: the nearer its work comes to all that it can do, the longer a commit takes. */
    private static final class Simulation {
        private final IntToDoubleFunction othersWork;
        private final double weight;
        private final Random random = new Random(11);
        private final QuietLatency probes = new QuietLatency();
        private final List<PaceState> decided = new ArrayList<>();
        private PaceState state = PaceState.begin(BEGIN);

        /** @param weight how much of the disk a run would take that works all the time */
        Simulation(double weight, IntToDoubleFunction othersWork) {
            this.weight = weight;
            this.othersWork = othersWork;
        }

        Simulation seconds(int seconds) {
            for (int i = 0; i < seconds; i++) {
                int second = decided.size() + 1;
                double ours = state.stopped().isPresent() ? 0 : weight * CEILING * state.share();
                double load = Math.min(0.995, othersWork.applyAsDouble(second) + ours);
                probes.took(2 / (1 - load) * (0.85 + 0.3 * random.nextDouble()));
                probes.took(2 / (1 - load) * (0.85 + 0.3 * random.nextDouble()));
                Signal signal = PROBE.withSoft(probes.limit(PROBE.soft()));
                state = decide(state, BEGIN.plusSeconds(second), Reading.of(signal, probes.now()));
                decided.add(state);
            }
            return this;
        }

        double share(int second) {
            return decided.get(second - 1).share();
        }

        double lowest(int from, int to) {
            return decided.subList(from - 1, to).stream()
                    .mapToDouble(PaceState::share)
                    .min()
                    .orElseThrow();
        }

        double highest(int from, int to) {
            return decided.subList(from - 1, to).stream()
                    .mapToDouble(PaceState::share)
                    .max()
                    .orElseThrow();
        }

        long turnsBack(int from, int to) {
            long turns = 0;
            for (int second = from; second <= to; second++) {
                if (share(second) < share(second - 1)) {
                    turns++;
                }
            }
            return turns;
        }
    }

    private static PaceState decide(PaceState before, Instant now, Reading... readings) {
        return Controller.decide(before, PaceLevel.NORMAL, Optional.empty(), List.of(readings), now);
    }

    @Test
    void shouldReachAllThatItsLevelAllowsWhereNobodyIsDisturbed() {
        Simulation simulation = new Simulation(1, second -> 0.2).seconds(120);

        assertThat(simulation.share(15)).isEqualTo(1);
        assertThat(simulation.lowest(15, 120)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(doubles = {3, 4, 5, 6})
    void shouldSettleInTheDeadBandWhereItWouldDisturb(double weight) {
        Simulation simulation = new Simulation(weight, second -> 0.2).seconds(300);

        assertThat(simulation.highest(121, 300)).isBetween(0.3, 0.95);
        assertThat(simulation.highest(121, 300) - simulation.lowest(121, 300)).isLessThan(0.3);
        assertThat(simulation.turnsBack(121, 300)).isLessThanOrEqualTo(2);
    }

    @Test
    void shouldYieldWithinFiveSecondsToAHogAndReturnWithinThirtyAfterIt() {
        Simulation simulation = new Simulation(1, second -> second > 60 && second <= 120 ? 0.9 : 0.2).seconds(200);

        assertThat(simulation.share(60)).isEqualTo(1);
        assertThat(simulation.share(65)).isLessThanOrEqualTo(0.25);
        assertThat(simulation.highest(66, 120)).isLessThanOrEqualTo(0.25);
        assertThat(simulation.share(150)).isGreaterThan(0.9);
        assertThat(simulation.share(160)).isEqualTo(1);
    }

    @Test
    void shouldReturnWithinThirtySecondsAfterAHogThatBreathes() {
        PaceState state = PaceState.begin(BEGIN);
        for (int second = 1; second <= 60; second++) {
            // Bad for two seconds, good for five: what little the run has by then is not what does harm.
            boolean bad = second > 20 && second <= 36 && (second - 21) % 7 < 2;
            state = decide(state, BEGIN.plusSeconds(second), Reading.of(PROBE, bad ? PROBE.soft() : 1));
            if (second == 36) {
                assertThat(state.share()).isLessThanOrEqualTo(0.25);
            }
        }

        assertThat(state.share()).isGreaterThan(0.9);
    }

    @ParameterizedTest
    @ValueSource(doubles = {1, 20, 500})
    void shouldTakeNoSingleStallForALoad(double stall) {
        QuietLatency probes = new QuietLatency();
        PaceState state = PaceState.begin(BEGIN);
        for (int second = 1; second <= 60; second++) {
            probes.took(2);
            probes.took(second % 10 == 0 ? stall : 2);
            Signal signal = PROBE.withSoft(probes.limit(PROBE.soft()));
            state = decide(state, BEGIN.plusSeconds(second), Reading.of(signal, probes.now()));
        }

        assertThat(state.share()).isEqualTo(1);
    }

    @Test
    void shouldStopAtOnceWhenAProbeGetsNoAnswer() {
        QuietLatency probes = new QuietLatency();
        for (int i = 0; i < 10; i++) {
            probes.took(2);
        }

        probes.late(2000);

        assertThat(decide(PaceState.begin(BEGIN), BEGIN, Reading.of(PROBE, probes.now()))
                        .stopped())
                .contains("probe_latency");
    }

    @Test
    void shouldGoNoFasterInTheDeadBandNorSlower() {
        PaceState state = PaceState.begin(BEGIN);
        for (int second = 1; second <= 60; second++) {
            state = decide(state, BEGIN.plusSeconds(second), Reading.of(PROBE, 0.8 * PROBE.soft()));
        }

        assertThat(state.share()).isEqualTo(Controller.FIRST);
        assertThat(state.reason()).isEmpty();
    }

    @Test
    void shouldNameTheSignalThatIsFarthestBeyondItsLimit() {
        Signal lag = BuiltInSignal.REPLICATION_LAG.signal();

        PaceState state =
                decide(PaceState.begin(BEGIN), BEGIN, Reading.of(PROBE, PROBE.soft() + 1), Reading.of(lag, 3));

        assertThat(state.reason()).contains("replication_lag");
        assertThat(state.detail()).contains("replication_lag 3 s (limits 1 and 5)");
        assertThat(state.share()).isEqualTo(0.25);
    }

    @Test
    void shouldNeverGiveWayBelowItsFloor() {
        PaceState state = PaceState.begin(BEGIN);
        for (int second = 1; second <= 20; second++) {
            state = decide(state, BEGIN.plusSeconds(second), Reading.of(PROBE, PROBE.soft()));
        }

        assertThat(state.share()).isEqualTo(Controller.FLOOR);
        assertThat(state.stopped()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(PaceLevel.class)
    void shouldStopAtEveryLevelForAVacuumThatPreventsWraparound(PaceLevel level) {
        PaceState stopped = Controller.decide(
                PaceState.begin(BEGIN), level, Optional.empty(), List.of(Reading.of(VACUUM, 2)), BEGIN);
        PaceState over = Controller.decide(
                stopped, level, Optional.empty(), List.of(Reading.of(VACUUM, 1)), BEGIN.plusSeconds(1));

        assertThat(stopped.stopped()).contains("vacuum");
        assertThat(stopped.stoppedSince()).contains(BEGIN);
        assertThat(over.stopped()).isEmpty();
        assertThat(over.stoppedSince()).isEmpty();
    }

    @Test
    void shouldEndAStopOnlyHalfWayBack() {
        PaceState stopped = decide(PaceState.begin(BEGIN), BEGIN, Reading.of(PROBE, PROBE.hard()));
        PaceState still = decide(stopped, BEGIN.plusSeconds(1), Reading.of(PROBE, PROBE.hard() - 1));
        PaceState unknown = decide(still, BEGIN.plusSeconds(2), Reading.unknown(PROBE, "timeout"));
        PaceState over = decide(unknown, BEGIN.plusSeconds(3), Reading.of(PROBE, PROBE.soft() + 1));

        assertThat(still.stopped()).contains("probe_latency");
        assertThat(unknown.stopped()).contains("probe_latency");
        assertThat(unknown.stoppedSince()).contains(BEGIN);
        assertThat(over.stopped()).isEmpty();
        assertThat(over.share()).isEqualTo(Controller.FLOOR);
    }

    @Test
    void shouldLookAtHardLimitsAloneWhenItMayGoAsFastAsItCan() {
        PaceState state = Controller.decide(
                PaceState.begin(BEGIN),
                PaceLevel.FULL,
                Optional.empty(),
                List.of(Reading.of(PROBE, PROBE.hard() - 1)),
                BEGIN);

        assertThat(state.share()).isEqualTo(1);
        assertThat(state.reason()).isEmpty();
    }

    @Test
    void shouldNotTakeAMissingSignalForAGoodOne() {
        PaceState state = PaceState.begin(BEGIN);
        for (int second = 1; second <= 9; second++) {
            state = decide(state, BEGIN.plusSeconds(second), Reading.unknown(PROBE, "timeout"), Reading.of(VACUUM, 0));
        }
        assertThat(state.share()).isEqualTo(Controller.FIRST);
        for (int second = 10; second <= 20; second++) {
            state = decide(state, BEGIN.plusSeconds(second), Reading.unknown(PROBE, "timeout"), Reading.of(VACUUM, 0));
        }

        assertThat(state.share()).isEqualTo(Controller.FLOOR);
        assertThat(state.reason()).contains("probe_latency");
        assertThat(state.detail()).contains("probe_latency is not known: timeout");
    }

    @Test
    void shouldNotTakeNoSignalAtAllForAGoodOne() {
        PaceState state = PaceState.begin(BEGIN);
        for (int second = 1; second <= 20; second++) {
            state = decide(state, BEGIN.plusSeconds(second));
        }

        assertThat(state.share()).isEqualTo(Controller.FLOOR);
        assertThat(state.reason()).contains("signals");
    }

    @Test
    void shouldTakeWhatIsNotThereForNoObstacle() {
        PaceState state = PaceState.begin(BEGIN);
        for (int second = 1; second <= 20; second++) {
            state = decide(state, BEGIN.plusSeconds(second), Reading.absent(BuiltInSignal.REPLICATION_LAG.signal()));
        }

        assertThat(state.share()).isEqualTo(1);
    }

    @Test
    void shouldNotMakeUpForDecisionsThatWereMissed() {
        PaceState state = decide(PaceState.begin(BEGIN), BEGIN.plus(Duration.ofHours(1)), Reading.of(PROBE, 1));

        assertThat(state.share()).isEqualTo(Controller.FIRST + 0.1);
    }

    @Test
    void shouldStandStillOutsideItsWindowAndSayWhenItOpens() {
        Window window = Window.parse("22:00-06:00 UTC");

        PaceState noon = Controller.decide(
                PaceState.begin(BEGIN),
                PaceLevel.FULL,
                Optional.of(window),
                List.of(),
                Instant.parse("2026-01-01T12:00:00Z"));
        PaceState night = Controller.decide(
                noon,
                PaceLevel.NORMAL,
                Optional.of(window),
                List.of(Reading.of(PROBE, 1)),
                Instant.parse("2026-01-01T22:00:00Z"));

        assertThat(noon.stopped()).contains("window");
        assertThat(noon.detail()).contains("opens at 2026-01-01 22:00 UTC");
        assertThat(night.stopped()).isEmpty();
        assertThat(night.share()).isGreaterThan(Controller.FIRST);
    }

    @Test
    void shouldCountALimitForMoreThanTheHours() {
        PaceState state = Controller.decide(
                PaceState.begin(BEGIN),
                PaceLevel.NORMAL,
                Optional.of(Window.parse("22:00-06:00 UTC")),
                List.of(Reading.of(PROBE, PROBE.hard())),
                Instant.parse("2026-01-01T12:00:00Z"));

        assertThat(state.stopped()).contains("probe_latency");
    }

    @Test
    void shouldStopARunThatFollowsBeyondHardLimitsAloneAndGoOnCarefully() {
        PaceState before = PaceState.begin(BEGIN);

        PaceState soft = Controller.follow(before, List.of(Reading.of(PROBE, PROBE.soft())), BEGIN.plusSeconds(5));
        PaceState hard = Controller.follow(soft, List.of(Reading.of(PROBE, PROBE.hard())), BEGIN.plusSeconds(10));
        PaceState still = Controller.follow(hard, List.of(Reading.of(PROBE, PROBE.hard() - 1)), BEGIN.plusSeconds(15));
        PaceState over = Controller.follow(still, List.of(Reading.of(PROBE, 1)), BEGIN.plusSeconds(20));

        assertThat(soft.reason()).isEmpty();
        assertThat(soft.share()).isEqualTo(before.share());
        assertThat(hard.stopped()).contains("probe_latency");
        assertThat(still.stoppedSince()).contains(BEGIN.plusSeconds(10));
        assertThat(over.stopped()).isEmpty();
        assertThat(over.share()).isEqualTo(Controller.FLOOR);
    }

    @Test
    void shouldKnowBothSidesOfEachLimit() {
        assertThat(Reading.of(PROBE, 13.9).standing()).isEqualTo(Standing.GOOD);
        assertThat(Reading.of(PROBE, 14.1).standing()).isEqualTo(Standing.NEAR);
        assertThat(Reading.of(PROBE, 20).standing()).isEqualTo(Standing.SOFT);
        assertThat(Reading.of(PROBE, 250).standing()).isEqualTo(Standing.HARD);
    }

    @Test
    void shouldRefuseLimitsThatContradictEachOther() {
        assertThatThrownBy(() -> new Signal("x", "ms", 5, 4)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Signal("x", "ms", 0, 4)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Signal("x", "ms", Double.NaN, 4)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldNumberSegmentsOverTheirHalves() {
        long megabytes16 = 16L << 20;

        assertThat(WalSegment.number("000000010000000000000003", megabytes16)).hasValue(3);
        assertThat(WalSegment.number("0000000200000001000000FF", megabytes16)).hasValue(256 + 255);
        assertThat(WalSegment.number("000000010000000100000000.00000028.backup", megabytes16))
                .hasValue(256);
        assertThat(WalSegment.number("00000002.history", megabytes16)).isEmpty();
        assertThat(WalSegment.number(null, megabytes16)).isEmpty();
    }
}
