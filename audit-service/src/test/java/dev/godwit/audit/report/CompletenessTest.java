package dev.godwit.audit.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.audit.report.Completeness.Arrived;
import dev.godwit.audit.run.Run;
import dev.godwit.audit.run.StreamEnd;
import dev.godwit.audit.trail.HashChain;
import dev.godwit.audit.trail.StreamState;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CompletenessTest {

    private static final Instant AT = Instant.parse("2026-11-21T10:00:00Z");

    @Test
    void shouldBeCompleteWhenEveryNamedStreamHasArrivedUpToItsEnd() {
        assertThat(complete(ended(new StreamEnd("a", 2, "h2")), Map.of("a", new Arrived(2, "h2"))))
                .isTrue();
    }

    @Test
    void shouldBeCompleteWithoutAnyStreamWhenNothingWasToDo() {
        assertThat(complete(ended(), Map.of())).isTrue();
        assertThat(complete(ended(new StreamEnd("a", 0, "")), Map.of())).isTrue();
    }

    @Test
    void shouldMissWhatHasNotArrived() {
        // When
        List<StreamReport> streams = Completeness.compare(
                ended(new StreamEnd("a", 3, "h3"), new StreamEnd("b", 1, "h1")),
                List.of(),
                Map.of("a", new Arrived(2, "h3")));

        // Then
        assertThat(streams).extracting(StreamReport::missing).containsExactly(1L, 1L);
        assertThat(streams).noneMatch(StreamReport::complete);
    }

    @Test
    void shouldNotTakeAnotherHashForTheEnd() {
        assertThat(complete(ended(new StreamEnd("a", 2, "h2")), Map.of("a", new Arrived(2, "x"))))
                .isFalse();
    }

    @Test
    void shouldNotBeCompleteBeforeTheRunHasSaidWhereItEnds() {
        assertThat(complete(run("following", List.of()), Map.of())).isFalse();
        assertThat(complete(run("rolling-back", List.of(new StreamEnd("a", 1, "h"))), Map.of("a", new Arrived(1, "h"))))
                .isFalse();
        assertThat(complete(run("completed", null), Map.of())).isFalse();
    }

    @Test
    void shouldShowStreamsThatTheEndDoesNotName() {
        // When
        List<StreamReport> streams =
                Completeness.compare(ended(), List.of(new StreamState("x", "tail", 2, 5, 3, "h3")), Map.of());

        // Then
        assertThat(streams).singleElement().satisfies(stream -> {
            assertThat(stream.expectedSequence()).isNull();
            assertThat(stream.missing()).isEqualTo(1);
        });
    }

    @Test
    void shouldTakeOneEndForAllStreamsWhereTheyAreMany() {
        StreamState one = new StreamState("chunk-1", "backfill", 2, 5, 2, "h1");
        StreamState other = new StreamState("Tail-0", "tail", 1, 1, 1, "h2");
        StreamState gap = new StreamState("chunk-1", "backfill", 1, 5, 2, "h1");
        StreamState altered = new StreamState("chunk-1", "backfill", 2, 5, 2, "h3");
        Run run = ended(new StreamEnd("*", 2, HashChain.endsHash(List.of(one, other))));

        assertThat(complete(run, one, other)).isTrue();
        assertThat(complete(run, other, one)).isTrue();
        assertThat(complete(run, one)).isFalse();
        assertThat(complete(run)).isFalse();
        assertThat(complete(run, gap, other)).isFalse();
        assertThat(complete(run, altered, other)).isFalse();
    }

    /** The very bytes, which migration-service hashes too. */
    @Test
    void shouldHashEndsInTheOrderOfTheBytesOfTheirNames() {
        StreamState one = new StreamState("chunk-1", "backfill", 1, 1, 1, "ab");
        StreamState other = new StreamState("Tail-0", "tail", 7, 7, 7, "cd");

        assertThat(HashChain.endsHash(List.of(one, other))).isEqualTo(sha256("6:Tail-01:72:cd7:chunk-11:12:ab"));
    }

    private static String sha256(String text) {
        try {
            byte[] bytes = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean complete(Run run, StreamState... here) {
        List<StreamState> states = List.of(here);
        return Completeness.isComplete(run, Completeness.compare(run, states, Map.of()));
    }

    private static boolean complete(Run run, Map<String, Arrived> arrived) {
        return Completeness.isComplete(run, Completeness.compare(run, List.of(), arrived));
    }

    private static Run ended(StreamEnd... streams) {
        return run("completed", List.of(streams));
    }

    private static Run run(String state, List<StreamEnd> streams) {
        return new Run(
                "r1",
                "m",
                "rekey",
                "commit",
                state,
                null,
                null,
                null,
                null,
                null,
                AT,
                AT,
                null,
                1,
                null,
                null,
                null,
                new Run.Throttle(null),
                null,
                null,
                null,
                streams);
    }
}
