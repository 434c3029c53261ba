package dev.godwit.cli.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.godwit.cli.measure.Spread;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;

/** What several rounds used of the processors, with its spread. */
final class CpuReport {

    private static final String NOT_MEASURED =
            "processor time was not measured: the server is not on this machine, or /proc does not tell of its processes";

    private final List<CpuUse> rounds = new ArrayList<>();
    private final double target;

    /** @param target the share of the floor that Godwit is to reach */
    CpuReport(List<Optional<CpuUse>> rounds, double target) {
        rounds.forEach(round -> round.ifPresent(this.rounds::add));
        this.target = target;
    }

    /** One line: the ratio, with what is aimed at. */
    String ratio() {
        return rounds.isEmpty()
                ? NOT_MEASURED
                : String.format(
                        Locale.ROOT,
                        "%-44s %-28s target %.2f",
                        "Godwit committed / floor, by server CPU",
                        spread(CpuUse::ratio).format(2),
                        target);
    }

    /** Lines for people, none when nothing was measured. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        if (!rounds.isEmpty()) {
            lines.add("");
            lines.add(String.format("%-44s %s", "", "processor time, microseconds per entity"));
            line(lines, "floor: its session", CpuUse::floor);
            line(lines, "Godwit: sessions of migration-service", CpuUse::godwit);
            lines.add("beside it while Godwit commits");
            others().forEach(other -> line(lines, "    " + other, of(other)));
        }
        return lines;
    }

    private void line(List<String> lines, String what, ToDoubleFunction<CpuUse> of) {
        lines.add(String.format("%-44s %s", what, spread(of).format(1)));
    }

    /** Adds {@code cpuMicrosPerEntity} and the ratio, or nothing when nothing was measured. */
    void addTo(ObjectNode json, ObjectNode ratios) {
        if (!rounds.isEmpty()) {
            BenchResult.spread(ratios, "committedToFloorByServerCpu", spread(CpuUse::ratio));
            ObjectNode cpu = json.putObject("cpuMicrosPerEntity");
            BenchResult.spread(cpu, "floor", spread(CpuUse::floor));
            BenchResult.spread(cpu, "committed", spread(CpuUse::godwit));
            ObjectNode beside = cpu.putObject("beside");
            others().forEach(other -> BenchResult.spread(beside, other, spread(of(other))));
        }
    }

    private Set<String> others() {
        Set<String> others = new TreeSet<>();
        rounds.forEach(round -> others.addAll(round.others().keySet()));
        return others;
    }

    private static ToDoubleFunction<CpuUse> of(String other) {
        return round -> round.others().getOrDefault(other, 0.0);
    }

    private Spread spread(ToDoubleFunction<CpuUse> of) {
        return Spread.of(rounds.stream().mapToDouble(of).boxed().toList());
    }
}
