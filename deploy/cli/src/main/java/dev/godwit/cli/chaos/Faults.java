package dev.godwit.cli.chaos;

import dev.godwit.cli.measure.Pause;
import dev.godwit.cli.stack.Stack;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Every fault that can be done to a stack, and some that cannot be done here, with why. */
final class Faults {
    private static final List<String> JAVA = List.of("migration-service", "audit-service", "connect", "kafka");
    private static final List<String> SERVICES = List.of("migration-service", "audit-service");
    private static final Duration HOUR = Duration.ofHours(1);

    /** In which a service that is not halted has seen its clock, and ended. */
    private static final Duration NOTICE = Duration.ofSeconds(10);

    private static final Duration LOOK = Duration.ofMillis(100);
    private static final List<String> RESTARTED = List.of("migration-service", "connect", "kafka");

    private Faults() {}

    /** What stands between a stack's parts, as far as the machine permits. */
    record Means(
            Optional<TcpProxy> wire,
            Optional<FalseNames> names,
            Optional<SmallDisk> disk,
            Optional<FalseClock> clock) {}

    static List<Fault> of(Stack stack, Means means, Pause pause) {
        List<Fault> faults = new ArrayList<>();
        for (String process : JAVA) {
            faults.add(kill(stack, process));
        }
        faults.add(kill(stack, "postgres"));
        for (String process : JAVA) {
            faults.add(Fault.of(
                    "halt-" + process,
                    () -> signalIfAlive(stack, process, "STOP"),
                    () -> signalIfAlive(stack, process, "CONT")));
        }
        for (String process : RESTARTED) {
            faults.add(Fault.of("restart-" + process, () -> restart(stack, process, pause)));
        }
        faults.addAll(new ServerFaults(stack, means.disk(), pause).all());
        faults.addAll(new KafkaFaults(stack.describe().kafka().bootstrapServers()).all());
        faults.addAll(List.of(
                setClock(stack, means.clock(), "advance-clock", HOUR),
                setClock(stack, means.clock(), "set-clock-back", HOUR.negated())));
        faults.add(loseName(means));
        faults.addAll(means.wire().map(Faults::ofWire).orElseGet(Faults::withoutWire));
        return List.copyOf(faults);
    }

    /** The relief sets it the other way. Services end when it goes back, and whoever is halted does as soon as he goes on; that is waited for, so that they are started again. */
    private static Fault setClock(Stack stack, Optional<FalseClock> clock, String name, Duration ahead) {
        if (clock.isEmpty()) {
            return Fault.of(name, () -> {}).without("libfaketime is not installed on this machine");
        }
        FalseClock ours = clock.get();
        boolean back = ahead.isNegative();
        return Fault.of(
                name,
                () -> {
                    ours.set(ahead);
                    awaitEndOfServices(stack, back);
                },
                () -> {
                    awaitEndOfServices(stack, back);
                    ours.set(Duration.ZERO);
                    awaitEndOfServices(stack, !back);
                });
    }

    private static void awaitEndOfServices(Stack stack, boolean ends) {
        long deadline = System.nanoTime() + NOTICE.toNanos();
        while (ends && SERVICES.stream().anyMatch(stack::isRunning) && System.nanoTime() < deadline) {
            Pause.sleep(LOOK);
        }
    }

    private static Fault kill(Stack stack, String process) {
        return Fault.of("kill-" + process, () -> {
            if (stack.isRunning(process)) {
                stack.killProcess(process);
            }
        });
    }

    private static void signalIfAlive(Stack stack, String process, String signal) {
        if (stack.isRunning(process)) {
            stack.signalProcess(process, signal);
        }
    }

    private static void restart(Stack stack, String process, Pause pause) {
        signalIfAlive(stack, process, "TERM");
        pause.until(() -> !stack.isRunning(process));
    }

    private static List<Fault> ofWire(TcpProxy wire) {
        return List.of(
                Fault.of("cut-wire", wire::cut),
                Fault.of("close-wire", () -> wire.refuse(true), () -> wire.refuse(false)),
                Fault.of("stall-wire", () -> wire.stall(true), () -> wire.stall(false)));
    }

    /** Nobody asks for a name who has a connection: what there is, is cut. */
    private static Fault loseName(Means means) {
        if (means.names().isEmpty() || means.wire().isEmpty()) {
            return Fault.of("lose-name", () -> {}).without("the services reach PostgreSQL by its address");
        }
        FalseNames names = means.names().get();
        TcpProxy wire = means.wire().get();
        return Fault.of(
                "lose-name",
                () -> {
                    names.know(false);
                    wire.cut();
                },
                () -> names.know(true));
    }

    private static List<Fault> withoutWire() {
        String why = "the services reach PostgreSQL without a proxy";
        return List.of(
                Fault.of("cut-wire", () -> {}).without(why),
                Fault.of("close-wire", () -> {}).without(why),
                Fault.of("stall-wire", () -> {}).without(why));
    }
}
