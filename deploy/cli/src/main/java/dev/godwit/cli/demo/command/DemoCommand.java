package dev.godwit.cli.demo.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.cli.Failure;
import dev.godwit.cli.client.MigrationClient;
import dev.godwit.cli.command.GodwitCommand;
import dev.godwit.cli.demo.Demo;
import dev.godwit.cli.demo.DemoCase;
import dev.godwit.cli.demo.DemoOptions;
import dev.godwit.cli.demo.Flight;
import dev.godwit.cli.demo.Steps;
import dev.godwit.cli.demo.branches.BranchingSchema;
import dev.godwit.cli.demo.courses.LegacyCourses;
import dev.godwit.cli.demo.documents.UuidStandardization;
import dev.godwit.cli.demo.onboarding.OnboardingStates;
import dev.godwit.cli.demo.roles.RoleAssignments;
import dev.godwit.cli.stack.DatabaseUrl;
import dev.godwit.cli.stack.Home;
import dev.godwit.cli.stack.Stack;
import dev.godwit.cli.stack.StackDescription;
import dev.godwit.cli.stack.StackListener;
import dev.godwit.cli.stack.StackOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows the main job on a live application, from an empty machine to the proof that nothing was lost. */
@Command(
        name = "demo",
        description =
                "Migrate an example under live traffic, prove it, roll it back, prove that. Starts the stack if needed and leaves it up.")
public final class DemoCommand extends GodwitCommand {

    /** Cases that fly: each run of the command makes its own, told where the local stack has its stores of blobs. */
    private static final List<Function<Path, DemoCase>> CASES = List.of(
            stores -> new UuidStandardization(),
            stores -> new OnboardingStates(),
            stores -> new RoleAssignments(),
            LegacyCourses::new);

    private static final int ROWS_MIN = 1000;

    @Parameters(
            arity = "0..1",
            paramLabel = "EXAMPLE",
            defaultValue = "uuid-standardization",
            description =
                    "A folder of docs/examples (default: ${DEFAULT-VALUE}): uuid-standardization, onboarding-9-states, rbac-assignments, legacy-courses or branching-schema.")
    private String example;

    @Option(
            names = "--rows",
            paramLabel = "N",
            defaultValue = "20000",
            description = "Documents, or users, to begin with (default: ${DEFAULT-VALUE}).")
    private int rows;

    @Option(
            names = "--traffic",
            paramLabel = "N/s",
            defaultValue = "200",
            description = "Writes per second of the live application (default: ${DEFAULT-VALUE}).")
    private String traffic;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "7",
            description = "Seed of the traffic's choices (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--stack",
            paramLabel = "FILE",
            description =
                    "A stack that something else has started, such as deploy/compose, described by a file like stack.json; nothing is started.")
    private Path described;

    @Override
    public Integer call() throws Exception {
        Steps steps =
                new Steps(isJson() ? System.err : terminal().out(), terminal().isInteractive());
        if (example.equals(BranchingSchema.NAME)) {
            return branches(steps);
        }
        DemoCase flown = chosen();
        DemoOptions options = options();
        steps.headline(String.format(
                Locale.ROOT,
                "Godwit demo · %s · %,d %s · %d writes/s",
                example,
                options.rows(),
                flown.entities(),
                options.writesPerSecond()));
        Stack stack =
                steps.step(described == null ? "Local stack up" : "Stack known", this::startStack, DemoCommand::parts);
        StackDescription description = stack.describe();
        Demo demo = new Demo(flown, stack, options, steps, new Flight(MigrationClient.of(description)));
        int exitCode = demo.run(migrations());
        tell(steps, description, demo.told());
        return exitCode;
    }

    private int branches(Steps steps) throws Exception {
        DemoOptions options = options();
        steps.headline(String.format(
                Locale.ROOT,
                "Godwit demo · %s · %,d documents · %d writes/s",
                example,
                options.rows(),
                options.writesPerSecond()));
        Stack stack =
                steps.step(described == null ? "Local stack up" : "Stack known", this::startStack, DemoCommand::parts);
        BranchingSchema demo = new BranchingSchema(stack, options, steps);
        int exitCode = demo.run();
        tell(steps, stack.describe(), demo.told());
        return exitCode;
    }

    private void tell(Steps steps, StackDescription description, JsonNode told) {
        if (isJson()) {
            terminal().json(told);
        } else {
            epilogue(steps, description, told.path("run").asText(""));
        }
    }

    private DemoCase chosen() {
        return cases().filter(each -> each.name().equals(example))
                .findFirst()
                .orElseThrow(() -> Failure.usage("no such example: " + example + "; there is "
                        + cases().map(DemoCase::name).collect(Collectors.joining(", ", "", ", "))
                        + BranchingSchema.NAME));
    }

    private Set<String> migrations() {
        return cases().flatMap(each -> each.all().stream()).collect(Collectors.toSet());
    }

    private Stream<DemoCase> cases() {
        return CASES.stream().map(each -> each.apply(Stack.at(stateDirectory()).stores()));
    }

    private DemoOptions options() {
        if (rows < ROWS_MIN) {
            throw Failure.usage("--rows must be at least " + ROWS_MIN);
        }
        return new DemoOptions(folder(), rows, writesPerSecond(), seed);
    }

    private Path folder() {
        Path folder = Home.find().root().resolve("docs/examples").resolve(example);
        if (!Files.isDirectory(folder)) {
            throw Failure.failed("the example's folder is missing: " + folder);
        }
        return folder;
    }

    private int writesPerSecond() {
        String number = traffic.endsWith("/s") ? traffic.substring(0, traffic.length() - 2) : traffic;
        try {
            int perSecond = Integer.parseInt(number);
            if (perSecond >= 1) {
                return perSecond;
            }
        } catch (NumberFormatException e) {
            // Told below.
        }
        throw Failure.usage("--traffic must be a number of writes per second, such as 200");
    }

    private Stack startStack() {
        if (described != null) {
            return Stack.describedBy(described);
        }
        List<String> warnings = new ArrayList<>();
        Stack stack = Stack.start(StackOptions.in(stateDirectory()), new StackListener() {
            @Override
            public void done(String component, String what, Duration took) {}

            @Override
            public void warn(String message) {
                warnings.add(message);
            }
        });
        warnings.forEach(warning -> terminal().note("warning: " + warning));
        return stack;
    }

    private static String parts(Stack stack) {
        StackDescription description = stack.describe();
        return description.processes().isEmpty()
                ? String.join(", ", description.migration().urls())
                : String.join(", ", description.processes().keySet());
    }

    private void epilogue(Steps steps, StackDescription description, String run) {
        DatabaseUrl database = DatabaseUrl.parse(description.database().url());
        steps.section("Look around");
        steps.line("dashboard            %s", description.audit().url());
        if (!run.isEmpty()) {
            steps.line("this run             %s/runs/%s", description.audit().url(), run);
            steps.line("report               ./godwit report %s", run);
        }
        if (described != null) {
            return;
        }
        steps.line(
                "database             port %d, address and password in %s",
                database.port(), stateDirectory().resolve("stack.json"));
        steps.line("");
        steps.line("The stack stays up. To stop it:  ./godwit down      (and to forget it:  ./godwit down --purge)");
    }
}
