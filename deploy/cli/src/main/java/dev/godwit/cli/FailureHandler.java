package dev.godwit.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.godwit.cli.client.RestClient;
import dev.godwit.cli.client.Run;
import dev.godwit.cli.command.GodwitCommand;
import dev.godwit.cli.terminal.Terminal;
import java.util.concurrent.CompletionException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** The one place where a command's failure becomes a message and an exit code. A stack trace is shown for nothing but a defect of ours. */
final class FailureHandler implements IExecutionExceptionHandler, IParameterExceptionHandler {

    @Override
    public int handleExecutionException(Exception exception, CommandLine line, ParseResult result) throws Exception {
        Throwable cause = exception instanceof CompletionException && exception.getCause() != null
                ? exception.getCause()
                : exception;
        if (!(cause instanceof Failure failure)) {
            Terminal.ofProcess().note("godwit met a defect of its own; please report it with these lines:");
            throw exception;
        }
        tell(line, failure.code(), failure.getMessage());
        return failure.exitCode();
    }

    @Override
    public int handleParseException(ParameterException exception, String[] arguments) {
        CommandLine line = exception.getCommandLine();
        tell(line, "usage", exception.getMessage());
        Terminal.ofProcess().note("try: " + line.getCommandSpec().qualifiedName() + " --help");
        return ExitCode.USAGE;
    }

    private static void tell(CommandLine line, String code, String message) {
        Terminal terminal = Terminal.ofProcess();
        terminal.note("godwit: " + message);
        if (line.getCommandSpec().userObject() instanceof GodwitCommand command && command.isJson()) {
            ObjectNode object = RestClient.JSON.createObjectNode();
            object.putNull("run").putNull("state").set("counts", Run.zeroCounts());
            object.putObject("error").put("code", code).put("message", message);
            terminal.json(object);
        }
    }
}
