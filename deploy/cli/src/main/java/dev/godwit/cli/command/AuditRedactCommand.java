package dev.godwit.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.cli.ExitCode;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Takes a key out of the trail. */
@Command(
        name = "redact",
        description =
                "Take a key, and whatever would find it again, out of the trail for good; the hash chains still prove.")
public final class AuditRedactCommand extends ServiceCommand {
    @Parameters(index = "0", paramLabel = "TABLE")
    private String table;

    @Parameters(index = "1", paramLabel = "KEY")
    private String key;

    @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why; it is kept, with your name.")
    private String reason;

    @Option(
            names = "--group-column",
            paramLabel = "COLUMN",
            description = "A column that definitions group by and that holds such keys; may be repeated.")
    private List<String> groupColumns = new ArrayList<>();

    @Override
    public Integer call() {
        JsonNode redacted = audit().redact(table, key, groupColumns, requestedBy(), reason);
        if (isJson()) {
            terminal().json(redacted);
        } else {
            terminal()
                    .line(redacted.path("outcomes").asLong() + " outcomes redacted"
                            + (groupColumns.isEmpty()
                                    ? ""
                                    : ", " + redacted.path("groups").asLong() + " groups"));
        }
        return ExitCode.DONE;
    }
}
