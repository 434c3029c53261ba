package dev.godwit.audit.report;

import dev.godwit.audit.run.Run;
import dev.godwit.audit.run.StreamEnd;
import dev.godwit.audit.trail.HashChain;
import dev.godwit.audit.trail.StreamState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Compares what a run's end says with what has arrived. */
final class Completeness {

    /** How much of a named stream is here: events up to its end, and the hash there; null where that event is missing. */
    record Arrived(long events, String hashAtEnd) {}

    private Completeness() {}

    /** One report per stream that is named or has arrived, by name. */
    static List<StreamReport> compare(Run run, List<StreamState> states, Map<String, Arrived> arrived) {
        return ofAll(run).map(all -> compare(all, states)).orElseGet(() -> compareEach(run, states, arrived));
    }

    /** Where one end stands for all, they are here together or it cannot be said which is missing. */
    private static List<StreamReport> compare(StreamEnd all, List<StreamState> states) {
        boolean here = states.size() == all.sequence()
                && states.stream().allMatch(state -> state.missing() == 0)
                && HashChain.endsHash(states).equals(all.hash());
        return states.stream()
                .sorted(Comparator.comparing(StreamState::stream))
                .map(state -> here ? report(state, state.lastSequence(), state.lastHash(), 0, true) : unexpected(state))
                .toList();
    }

    private static Optional<StreamEnd> ofAll(Run run) {
        return ends(run).stream().filter(StreamEnd::isOfAll).findFirst();
    }

    private static List<StreamReport> compareEach(Run run, List<StreamState> states, Map<String, Arrived> arrived) {
        Map<String, StreamState> here = new TreeMap<>();
        states.forEach(state -> here.put(state.stream(), state));
        Map<String, StreamEnd> named = new TreeMap<>();
        ends(run).forEach(end -> named.put(end.stream(), end));
        List<StreamReport> reports = new ArrayList<>();
        named.forEach((stream, end) ->
                reports.add(expected(end, here.getOrDefault(stream, nothing(stream)), arrived.get(stream))));
        here.forEach((stream, state) -> {
            if (!named.containsKey(stream)) {
                reports.add(unexpected(state));
            }
        });
        return List.copyOf(reports);
    }

    /** The ends that count: only those of the event that ended the run. */
    static List<StreamEnd> ends(Run run) {
        return run.isEnded() && run.streams() != null ? run.streams() : List.of();
    }

    /** Whether the run has ended, has said where its streams end, and all of them are here. */
    static boolean isComplete(Run run, List<StreamReport> streams) {
        boolean onlyNamed = ofAll(run).isEmpty();
        return run.isEnded()
                && run.streams() != null
                && (onlyNamed || !streams.isEmpty())
                && streams.stream()
                        .filter(stream -> !onlyNamed || stream.expectedSequence() != null)
                        .allMatch(StreamReport::complete);
    }

    private static StreamState nothing(String stream) {
        return new StreamState(stream, null, 0, 0, 0, "");
    }

    private static StreamReport expected(StreamEnd end, StreamState state, Arrived arrived) {
        long events = arrived == null ? 0 : arrived.events();
        String hash = arrived == null || arrived.hashAtEnd() == null ? "" : arrived.hashAtEnd();
        long missing = end.sequence() - events;
        return report(state, end.sequence(), end.hash(), missing, missing == 0 && hash.equals(end.hash()));
    }

    private static StreamReport unexpected(StreamState state) {
        return report(state, null, null, state.missing(), false);
    }

    private static StreamReport report(
            StreamState state, Long expectedSequence, String expectedHash, long missing, boolean complete) {
        return new StreamReport(
                state.stream(),
                state.lane(),
                state.events(),
                state.outcomes(),
                state.lastSequence(),
                state.lastHash(),
                expectedSequence,
                expectedHash,
                missing,
                complete);
    }
}
