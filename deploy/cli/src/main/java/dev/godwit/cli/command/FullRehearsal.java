package dev.godwit.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.godwit.cli.ExitCode;
import dev.godwit.cli.Failure;
import dev.godwit.cli.client.MigrationClient;
import dev.godwit.cli.client.Run;
import dev.godwit.cli.client.RunRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A migration from its plan to its rollback, on a copy of production; each step is compared with what was foreseen. */
final class FullRehearsal {
    private final ServiceCommand command;
    private final MigrationClient client;
    private final String migration;

    FullRehearsal(ServiceCommand command, MigrationClient client, String migration) {
        this.command = command;
        this.client = client;
        this.migration = migration;
    }

    /**
     * What happened.
     *
     * @param rolledBack empty when the commit did not complete
     * @param differences sentences; empty when everything came as foreseen
     */
    record Performed(Run planned, Run committed, Optional<Run> rolledBack, Duration took, List<String> differences) {}

    /** @param production what the plan said in production, if it is known */
    Performed perform(Optional<JsonNode> production) {
        mustBeACopy();
        production.ifPresent(PlanComparison::mustBePlan);
        Run planned = settled(client.start(RunRequest.of(migration, false)));
        if (!planned.state().equals("planned")) {
            throw Failure.failed("the plan is " + planned.state() + ": " + planned.reason());
        }
        JsonNode report = client.plan(planned.id());
        List<String> differences = new ArrayList<>();
        production.ifPresent(told -> differences.addAll(PlanComparison.withProduction(told, report)));
        Instant began = Instant.now();
        Run committed = settled(client.start(RunRequest.of(migration, true).withPace("full")));
        Duration took = Duration.between(began, Instant.now());
        if (!committed.state().equals("completed")) {
            differences.add("the run is " + committed.state() + ": " + committed.reason());
            return new Performed(planned, committed, Optional.empty(), took, differences);
        }
        differences.addAll(PlanComparison.withCommit(report, committed));
        Run rolledBack = rollBack(committed);
        differences.addAll(PlanComparison.withRollback(committed, rolledBack));
        return new Performed(planned, committed, Optional.of(rolledBack), took, differences);
    }

    private void mustBeACopy() {
        if (!client.rehearsal().path("copy").asBoolean()) {
            throw Failure.of(
                    ExitCode.REFUSED,
                    "not_a_copy",
                    "a full rehearsal writes for real; start migration-service of the restored copy with GODWIT_REHEARSAL_COPY=true");
        }
    }

    private Run settled(Run started) {
        return command.await(client, watch -> watch.untilSettled(started.id()));
    }

    private Run rollBack(Run committed) {
        Run before = client.run(committed.id());
        client.rollback(committed.id(), true, ServiceCommand.requestedBy(), Optional.of("full rehearsal"));
        return command.await(client, watch -> watch.untilSettledAfter(before));
    }

    int print(Performed performed) {
        if (command.isJson()) {
            command.terminal().json(json(performed));
        } else {
            RunReport.print(command.terminal(), performed.planned());
            RunReport.print(command.terminal(), performed.committed());
            performed.rolledBack().ifPresent(run -> RunReport.print(command.terminal(), run));
            command.terminal()
                    .line("  the run took " + seconds(performed.took()) + " s; the plan reckoned with "
                            + performed
                                    .planned()
                                    .plan()
                                    .path("estimates")
                                    .path("seconds")
                                    .asText("?") + " s");
            performed.differences().forEach(difference -> command.terminal().line("  DIFFERENT " + difference));
            if (performed.differences().isEmpty()) {
                command.terminal().line("  everything came as foreseen, and went back");
            }
        }
        return exitCode(performed);
    }

    private static int exitCode(Performed performed) {
        if (performed.rolledBack().isEmpty()) {
            return performed.committed().exitCode("completed");
        }
        return performed.differences().isEmpty() ? performed.committed().exitCode("completed") : ExitCode.DIFFERENCES;
    }

    private ObjectNode json(Performed performed) {
        ObjectNode object = ServiceCommand.object().put("migration", migration);
        object.set("plan", performed.planned().json());
        object.set("commit", performed.committed().json());
        object.set("rollback", performed.rolledBack().map(Run::json).orElse(null));
        object.put("seconds", seconds(performed.took()));
        ArrayNode differences = object.putArray("differences");
        performed.differences().forEach(differences::add);
        return object;
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }
}
