package dev.godwit.audit.report;

import dev.godwit.audit.run.Run;
import dev.godwit.audit.run.RunRepository;
import dev.godwit.audit.run.Transition;
import dev.godwit.audit.trail.Finding;
import dev.godwit.audit.trail.Outcome;
import dev.godwit.audit.trail.Tally;
import dev.godwit.audit.trail.TrailRepository;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Puts reports together. Runs on: the event loop. */
@ApplicationScoped
public class ReportService {

    private static final double MILLIS = 1_000;

    private final RunRepository runs;
    private final TrailRepository trail;
    private final ReportQueries queries;
    private final PaceQueries paces;
    private final GroupPages groups;

    ReportService(
            RunRepository runs, TrailRepository trail, ReportQueries queries, PaceQueries paces, GroupPages groups) {
        this.groups = groups;
        this.paces = paces;
        this.runs = runs;
        this.trail = trail;
        this.queries = queries;
    }

    /** The report; fails with {@code unknown_run} where no event of the run has arrived. */
    public Uni<Report> report(String id) {
        return runs.get(id).chain(this::assemble);
    }

    /** What is complete is asked first, and what it counts afterwards: nothing ever goes, so a report that is complete lacks nothing in its counts. */
    private Uni<Report> assemble(Run run) {
        String id = run.run();
        return trail.streams(id)
                .chain(states -> queries.arrived(id, Completeness.ends(run))
                        .map(arrived -> Completeness.compare(run, states, arrived)))
                .chain(streams -> history(id).chain(history -> assemble(run, streams, history)));
    }

    private Uni<History> history(String id) {
        return runs.transitions(id).chain(transitions -> paces.history(id)
                .chain(pace -> queries.letGo(id).map(Optional::ofNullable).chain(letGo -> groups.largest(id)
                        .map(largest -> new History(durations(transitions), pace, letGo, largest)))));
    }

    /** What the run went through, and what stands beside its tallies. */
    private record History(
            List<Report.Phase> durations,
            PaceQueries.History pace,
            Optional<Report.LetGo> letGo,
            Optional<RunGroups> groups) {}

    static double seconds(Instant since, Instant until) {
        return Duration.between(since, until).toMillis() / MILLIS;
    }

    static List<Report.Phase> durations(List<Transition> transitions) {
        List<Report.Phase> phases = new ArrayList<>();
        for (int i = 0; i < transitions.size(); i++) {
            Transition each = transitions.get(i);
            Double seconds = i == transitions.size() - 1
                    ? null
                    : seconds(each.at(), transitions.get(i + 1).at());
            phases.add(new Report.Phase(each.state(), each.at(), seconds, each.requestedBy()));
        }
        return List.copyOf(phases);
    }

    private Uni<Report> assemble(Run run, List<StreamReport> streams, History history) {
        String id = run.run();
        return trail.tallies(id).chain(tallies -> trail.findings(id)
                .chain(findings -> queries.conflictKeys(id, conflictReasons(tallies))
                        .map(keys -> report(run, history, tallies, streams, findings, keys))));
    }

    private static Report report(
            Run run,
            History history,
            List<Tally> tallies,
            List<StreamReport> streams,
            List<Finding> findings,
            Map<String, List<String>> conflictKeys) {
        boolean gaps = streams.stream().anyMatch(stream -> stream.lastSequence() > stream.events());
        return new Report(
                run.run(),
                run.migration(),
                run.operation(),
                run.mode(),
                run.state(),
                run.reason(),
                run.requestedBy(),
                run.commandId(),
                run.definitionHash(),
                run.createdAt(),
                run.endedAt(),
                run.asOf(),
                counts(tallies),
                run.counts(),
                reasons(tallies),
                history.groups().orElse(null),
                references(tallies),
                conflicts(tallies, conflictKeys),
                run.plan(),
                run.verification(),
                history.durations(),
                history.pace().moments(),
                history.pace().changes(),
                history.pace().holds(),
                streams,
                history.letGo().orElse(null),
                Completeness.isComplete(run, streams),
                findings.isEmpty() && !gaps,
                findings);
    }

    static Map<String, Long> counts(List<Tally> tallies) {
        Map<String, Long> counts = new LinkedHashMap<>();
        Outcome.KINDS.forEach(kind -> counts.put(kind, 0L));
        tallies.stream()
                .filter(Tally::entity)
                .forEach(tally -> counts.merge(tally.outcome(), tally.count(), Long::sum));
        return counts;
    }

    private static List<Report.Reason> reasons(List<Tally> tallies) {
        return tallies.stream()
                .filter(Tally::entity)
                .map(tally -> new Report.Reason(tally.outcome(), tally.reason(), tally.count()))
                .toList();
    }

    private static Report.References references(List<Tally> tallies) {
        Map<String, Report.TableCount> tables = new TreeMap<>();
        tallies.stream()
                .filter(tally -> !tally.entity())
                .forEach(tally -> tables.merge(
                        tally.table() + '\0' + tally.outcome(),
                        new Report.TableCount(tally.table(), tally.outcome(), tally.count()),
                        (one, other) ->
                                new Report.TableCount(one.table(), one.outcome(), one.count() + other.count())));
        long translated = tables.values().stream()
                .filter(table -> table.outcome().equals("migrated"))
                .mapToLong(Report.TableCount::count)
                .sum();
        return new Report.References(translated, List.copyOf(tables.values()));
    }

    private static List<Report.Conflict> conflicts(List<Tally> tallies, Map<String, List<String>> keys) {
        Map<String, Long> counts = new TreeMap<>();
        tallies.stream()
                .filter(tally -> tally.outcome().equals("conflict"))
                .forEach(tally -> counts.merge(reasonOf(tally), tally.count(), Long::sum));
        return counts.entrySet().stream()
                .map(entry -> new Report.Conflict(
                        entry.getKey(), entry.getValue(), keys.getOrDefault(entry.getKey(), List.of())))
                .toList();
    }

    private static List<String> conflictReasons(List<Tally> tallies) {
        return tallies.stream()
                .filter(tally -> tally.outcome().equals("conflict"))
                .map(ReportService::reasonOf)
                .distinct()
                .toList();
    }

    private static String reasonOf(Tally tally) {
        return tally.reason() == null ? "" : tally.reason();
    }
}
