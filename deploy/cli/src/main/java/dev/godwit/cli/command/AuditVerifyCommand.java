package dev.godwit.cli.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.godwit.cli.ExitCode;
import dev.godwit.cli.Failure;
import dev.godwit.cli.audit.BundleProof;
import dev.godwit.cli.client.RestClient;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Proves a bundle, with no service at hand. */
@Command(
        name = "verify",
        description =
                "Prove a bundle offline: its signature, its hash chains, and that they reach the ends that the run named.")
public final class AuditVerifyCommand extends GodwitCommand {
    @Parameters(paramLabel = "BUNDLE")
    private Path bundle;

    @Option(
            names = "--key",
            paramLabel = "HEX",
            description = "The public key that must have signed it (default: whichever did; it is told).")
    private String key;

    @Override
    public Integer call() {
        BundleProof proof;
        try (InputStream in = Files.newInputStream(bundle)) {
            proof = BundleProof.of(in, key);
        } catch (IOException e) {
            throw Failure.usage("cannot read " + bundle + ": " + e.getMessage());
        }
        if (isJson()) {
            ObjectNode json = RestClient.JSON
                    .createObjectNode()
                    .put("run", proof.run())
                    .put("events", proof.events())
                    .put("outcomes", proof.outcomes())
                    .put("redacted", proof.redacted())
                    .put("publicKey", proof.publicKey())
                    .put("intact", proof.findings().isEmpty());
            proof.findings().forEach(json.putArray("findings")::add);
            terminal().json(json);
        } else {
            terminal()
                    .line("run " + proof.run() + ": " + proof.events() + " events, " + proof.outcomes() + " outcomes, "
                            + proof.redacted() + " of them redacted; signed by " + proof.publicKey());
            proof.findings().forEach(terminal()::line);
            if (proof.findings().isEmpty()) {
                terminal().line("the bundle holds");
            }
        }
        return proof.findings().isEmpty() ? ExitCode.DONE : ExitCode.DIFFERENCES;
    }
}
