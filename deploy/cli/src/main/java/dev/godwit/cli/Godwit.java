package dev.godwit.cli;

import dev.godwit.cli.bench.BenchCommand;
import dev.godwit.cli.chaos.ChaosCommand;
import dev.godwit.cli.chaos.SoakCommand;
import dev.godwit.cli.command.AuditCommand;
import dev.godwit.cli.command.CancelCommand;
import dev.godwit.cli.command.CheckCommand;
import dev.godwit.cli.command.CompleteCommand;
import dev.godwit.cli.command.DoctorCommand;
import dev.godwit.cli.command.DownCommand;
import dev.godwit.cli.command.ExplainCommand;
import dev.godwit.cli.command.FeaturesCommand;
import dev.godwit.cli.command.ForgetCommand;
import dev.godwit.cli.command.GraphCommand;
import dev.godwit.cli.command.HealthCommand;
import dev.godwit.cli.command.IdsCommand;
import dev.godwit.cli.command.InitCommand;
import dev.godwit.cli.command.ListCommand;
import dev.godwit.cli.command.PaceCommand;
import dev.godwit.cli.command.PauseCommand;
import dev.godwit.cli.command.PlanCommand;
import dev.godwit.cli.command.RehearseCommand;
import dev.godwit.cli.command.ReportCommand;
import dev.godwit.cli.command.ResumeCommand;
import dev.godwit.cli.command.RetryCommand;
import dev.godwit.cli.command.RollbackCommand;
import dev.godwit.cli.command.RunCommand;
import dev.godwit.cli.command.RunsCommand;
import dev.godwit.cli.command.ShowCommand;
import dev.godwit.cli.command.StampCommand;
import dev.godwit.cli.command.StatusCommand;
import dev.godwit.cli.command.TokenCommand;
import dev.godwit.cli.command.TraceCommand;
import dev.godwit.cli.command.UpCommand;
import dev.godwit.cli.command.VerifyCommand;
import dev.godwit.cli.demo.command.DemoCommand;
import dev.godwit.cli.stage.StageCommand;
import dev.godwit.cli.uninstall.UninstallCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command line's entry point. */
@Command(
        name = "godwit",
        description = "Non-stop data migrations for PostgreSQL.",
        mixinStandardHelpOptions = true,
        versionProvider = Versions.class,
        scope = ScopeType.INHERIT,
        sortOptions = false,
        subcommands = {
            UpCommand.class,
            DownCommand.class,
            DemoCommand.class,
            StatusCommand.class,
            DoctorCommand.class,
            HealthCommand.class,
            InitCommand.class,
            CheckCommand.class,
            ListCommand.class,
            GraphCommand.class,
            FeaturesCommand.class,
            ShowCommand.class,
            ExplainCommand.class,
            PlanCommand.class,
            RehearseCommand.class,
            RunCommand.class,
            RunsCommand.class,
            PaceCommand.class,
            PauseCommand.class,
            ResumeCommand.class,
            CancelCommand.class,
            CompleteCommand.class,
            VerifyCommand.class,
            RetryCommand.class,
            RollbackCommand.class,
            ForgetCommand.class,
            StampCommand.class,
            ReportCommand.class,
            TraceCommand.class,
            AuditCommand.class,
            IdsCommand.class,
            StageCommand.class,
            TokenCommand.class,
            BenchCommand.class,
            ChaosCommand.class,
            UninstallCommand.class,
            SoakCommand.class
        })
public final class Godwit implements Runnable {
    @Spec
    private CommandSpec spec;

    /** Runs one command and ends the process with its exit code. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    /** The command line, ready to execute; for callers that must not end the process. */
    public static CommandLine commandLine() {
        FailureHandler failures = new FailureHandler();
        return new CommandLine(new Godwit())
                .setExecutionExceptionHandler(failures)
                .setParameterExceptionHandler(failures)
                .setCaseInsensitiveEnumValuesAllowed(true);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "which command? godwit --help lists them");
    }
}
