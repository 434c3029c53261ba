package dev.godwit.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.godwit.cli.ExitCode;
import dev.godwit.cli.client.AuditClient;
import dev.godwit.cli.terminal.Table;
import java.util.List;
import java.util.stream.StreamSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Whether the trail is what came in. */
@Command(
        name = "integrity",
        description =
                "Compute all hash chains again from the rows that are stored now, and hold them against the signed checkpoints.")
public final class AuditIntegrityCommand extends ServiceCommand {
    @Parameters(paramLabel = "RUN", arity = "0..1", description = "Only this run's chains (default: all).")
    private String run;

    private long events;
    private long outcomes;

    @Override
    public Integer call() {
        AuditClient audit = audit();
        JsonNode proof = audit.integrity();
        ArrayNode findings = object().putArray("findings");
        proof.path("findings").forEach(findings::add);
        for (String each : runs(proof)) {
            audit.checkRun(each, piece -> add(each, piece, findings));
        }
        if (isJson()) {
            ObjectNode json = object().put(
                            "checkpoints", proof.path("checkpoints").asLong())
                    .put("lastHash", proof.path("lastHash").asText())
                    .put("publicKey", proof.path("publicKey").asText())
                    .put("events", events)
                    .put("outcomes", outcomes)
                    .put("intact", findings.isEmpty());
            json.set("findings", findings);
            terminal().json(json);
        } else {
            print(proof, findings);
        }
        return findings.isEmpty() ? ExitCode.DONE : ExitCode.DIFFERENCES;
    }

    private List<String> runs(JsonNode proof) {
        return run != null
                ? List.of(run)
                : StreamSupport.stream(proof.path("runs").spliterator(), false)
                        .map(JsonNode::asText)
                        .toList();
    }

    private void add(String checked, JsonNode piece, ArrayNode findings) {
        events += piece.path("events").asLong();
        outcomes += piece.path("outcomes").asLong();
        for (JsonNode finding : piece.path("findings")) {
            findings.add(((ObjectNode) finding).put("run", checked));
        }
    }

    private void print(JsonNode proof, ArrayNode findings) {
        terminal()
                .line(events + " events, " + outcomes + " outcomes, "
                        + proof.path("checkpoints").asLong() + " checkpoints signed by "
                        + proof.path("publicKey").asText());
        if (!proof.path("lastHash").asText().isEmpty()) {
            terminal().line("newest checkpoint: " + proof.path("lastHash").asText());
        }
        Table table = new Table("FINDING", "RUN", "STREAM", "SEQUENCE", "POSITION");
        for (JsonNode finding : findings) {
            table.row(
                    finding.path("kind").asText(),
                    finding.path("run").asText(""),
                    finding.path("stream").asText(""),
                    finding.path("sequence").asText(),
                    finding.path("position").asText(""));
        }
        if (findings.isEmpty()) {
            terminal().line("nothing was changed, removed or added");
        } else {
            table.print(terminal());
        }
    }
}
