package dev.godwit.cli.command;

import dev.godwit.cli.client.RunRequest;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of the commands that begin a run. */
final class StartOptions {
    @Option(names = "--only", paramLabel = "KEY", split = ",", description = "These entities only, by key.")
    private List<String> only = List.of();

    @Option(names = "--limit", paramLabel = "N", description = "At most so many entities.")
    private Long limit;

    @Option(
            names = "--pace",
            paramLabel = "LEVEL",
            description =
                    "gentle, normal or full: how much of the database's time the run may take (default: normal, and full for a dry-run, which only reads).")
    private String pace;

    @Mixin
    private PaceOptions hours;

    @Option(names = "--require-archiving", description = "Refuse unless the server archives its WAL.")
    private boolean requireArchiving;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Kept with the run and in the audit trail.")
    private String reason;

    @Option(names = "--command-id", paramLabel = "UUID", description = "Makes a repeated command the same command.")
    private String commandId;

    @Option(names = "--no-wait", description = "Return as soon as the run is accepted.")
    private boolean noWait;

    boolean isNoWait() {
        return noWait;
    }

    /** Whether it is about some entities only. */
    boolean isPartial() {
        return limit != null || !only.isEmpty();
    }

    Optional<String> pace() {
        return Optional.ofNullable(pace);
    }

    boolean isRequireArchiving() {
        return requireArchiving;
    }

    /** Whether it is about some hours of the day only. */
    boolean hasWindow() {
        return hours.window().isPresent();
    }

    Optional<String> reason() {
        return Optional.ofNullable(reason);
    }

    Optional<String> commandId() {
        return Optional.ofNullable(commandId);
    }

    RunRequest request(
            String migration, boolean commit, Optional<String> plan, boolean follow, Optional<Integer> maxRate) {
        return new RunRequest(
                migration,
                commit,
                Optional.ofNullable(limit),
                only,
                plan,
                follow,
                maxRate,
                pace(),
                hours.window(),
                requireArchiving,
                ServiceCommand.requestedBy(),
                reason(),
                commandId());
    }
}
