package dev.godwit.cli.demo;

import dev.godwit.cli.Failure;
import dev.godwit.cli.client.Run;
import dev.godwit.cli.client.Series;
import dev.godwit.cli.demo.Check.Findings;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The first migration of a case with what it depends on: one command and one report. Without dependencies, the migration by itself. An object is for one flight. */
final class WholePlan {

    private final Flight flight;
    private final Steps steps;
    private final DemoReport report;
    private final String migration;
    private final boolean isAlone;
    private Optional<Series> series = Optional.empty();

    WholePlan(DemoCase example, Flight flight, Steps steps, DemoReport report) {
        this.flight = flight;
        this.steps = steps;
        this.report = report;
        this.migration = example.migrations().get(0);
        this.isAlone = example.dependencies().isEmpty();
    }

    void plan() throws Exception {
        if (isAlone) {
            report.plan(steps.step("Plan: nothing is written", () -> flight.plan(migration), Run::id));
            return;
        }
        Series planned =
                steps.step("Plan of the whole: nothing is written", () -> flight.planAll(migration), WholePlan::text);
        for (Series.Member member : planned.members()) {
            steps.note("%-28s %s", member.migration(), member.state());
            if (!member.run().isEmpty()) {
                report.plan(flight.run(member.run()));
            }
        }
    }

    /** Commits and follows the application; returns when every old row has been dealt with. */
    Run takeOff() {
        if (isAlone) {
            return flight.takeOff(migration);
        }
        Series flying = flight.takeOffAll(migration);
        series = Optional.of(flying);
        if (!flying.isFollowing()) {
            throw Failure.failed("series " + flying.id() + " is " + flying.state() + ": " + text(flying));
        }
        return flight.run(member(flying, migration).run());
    }

    private static Series.Member member(Series series, String migration) {
        return series.members().stream()
                .filter(member -> member.migration().equals(migration))
                .findFirst()
                .orElseThrow();
    }

    /** Runs of what came before, in their order. */
    List<Run> dependencies() {
        return series.stream()
                .flatMap(flown -> flown.members().stream())
                .filter(member -> !member.migration().equals(migration))
                .map(member -> flight.run(member.run()))
                .toList();
    }

    /** Whether the whole came to its end in its order, where there was more than one migration. */
    Optional<Check> ended() {
        return series.map(flight::untilOver).map(this::ended);
    }

    private Check ended(Series over) {
        Findings findings = new Findings();
        if (!over.state().equals("completed") || over.members().size() < 2) {
            findings.add("series %s is %s: %s", over.id(), over.state(), text(over));
        }
        Run last = flight.run(member(over, migration).run());
        for (Run before : dependencies()) {
            if (before.json()
                            .path("at")
                            .asText()
                            .compareTo(last.json().path("createdAt").asText())
                    > 0) {
                findings.add("run %s had not ended when run %s began", before.id(), last.id());
            }
        }
        return findings.check("the whole plan was one command, in its order", "%s", text(over));
    }

    private static String text(Series series) {
        return series.members().stream()
                .map(member -> member.migration() + " " + member.state())
                .collect(Collectors.joining(", "));
    }
}
