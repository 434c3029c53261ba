package dev.godwit.migration.series;

import dev.godwit.migration.series.Member.State;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How a series stands, worked out anew from its members' runs whenever somebody asks: a run that failed and was resumed sets free again what waited for it. A failure stops
 * what depends on it, and nothing else.
 */
final class Progress {

    private static final Set<State> NOT_TO_BE =
            Set.copyOf(EnumSet.of(State.REFUSED, State.FAILED, State.CANCELLED, State.BLOCKED));

    private final boolean commit;
    private final Map<String, Member> members = new LinkedHashMap<>();
    private final Map<String, State> states = new LinkedHashMap<>();

    /**
     * @param commit false: plans, which need one another's outcome only in so far as tables must exist
     * @param members those that are needed first
     */
    Progress(boolean commit, List<Member> members) {
        this.commit = commit;
        for (Member member : members) {
            this.members.put(member.migration(), member);
            states.put(member.migration(), stateOf(member));
        }
    }

    private State stateOf(Member member) {
        if (member.runState().isPresent()) {
            return byRun(member.runState().get());
        }
        if (member.code().isPresent()) {
            return refused(member);
        }
        boolean blocked = commit && member.needs().stream().map(states::get).anyMatch(NOT_TO_BE::contains);
        return blocked ? State.BLOCKED : State.WAITING;
    }

    private static State byRun(String runState) {
        return switch (runState) {
            case "completed", "planned" -> State.DONE;
            case "failed" -> State.FAILED;
            case "cancelled", "rolling-back", "rolled-back" -> State.CANCELLED;
            default -> State.RUNNING;
        };
    }

    /** What was applied meanwhile, by whomever, is what was wanted. */
    private State refused(Member member) {
        if (member.code().filter("already_applied"::equals).isPresent()) {
            return State.DONE;
        }
        return commit || member.needs().isEmpty() ? State.REFUSED : State.UNFORESEEN;
    }

    State state(Member member) {
        return states.get(member.migration());
    }

    /** The member whose run is to be started now: one at a time, so that the application meets one migration at a time. */
    Optional<Member> next() {
        if (states.containsValue(State.RUNNING)) {
            return Optional.empty();
        }
        return members.values().stream()
                .filter(member -> state(member) == State.WAITING && member.due() && isFree(member))
                .findFirst();
    }

    private boolean isFree(Member member) {
        return !commit || member.needs().stream().map(states::get).allMatch(need -> need == State.DONE);
    }

    /** Nothing is under way, and nothing will be. */
    boolean isOver() {
        return states.values().stream().allMatch(State::isOver);
    }

    boolean isWell() {
        return states.values().stream().allMatch(State::isWell);
    }
}
