package dev.godwit.cli.command;

import dev.godwit.cli.ExitCode;
import dev.godwit.cli.Failure;
import dev.godwit.cli.stack.TokenEntry;
import java.security.SecureRandom;
import java.util.Base64;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes a token. It is kept nowhere: services get its hash, its owner the token. */
@Command(
        name = "token",
        description = "Make a token for somebody, and the entry of GODWIT_AUTH_TOKENS by which services know it.")
public final class TokenCommand extends GodwitCommand {
    private static final int BYTES = 32;

    @Parameters(index = "0", paramLabel = "NAME", description = "Whose it is: letters, digits and ._@-")
    private String name;

    @Parameters(index = "1", paramLabel = "ROLE", description = "viewer, operator or admin.")
    private String role;

    @Option(
            names = "--delegate",
            description = "For audit-service: its owner may act for those who are logged in to the dashboard.")
    private boolean delegate;

    @Override
    public Integer call() {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9._@-]{0,99}")) {
            throw Failure.usage("a name has up to 100 letters, digits and ._@-, and begins with a letter or digit");
        }
        if (!role.matches("viewer|operator|admin")) {
            throw Failure.usage("roles are viewer, operator and admin");
        }
        byte[] secret = new byte[BYTES];
        new SecureRandom().nextBytes(secret);
        String token = Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
        String entry = TokenEntry.of(name, role, token) + (delegate ? ":delegate" : "");
        if (isJson()) {
            terminal()
                    .json(ServiceCommand.object()
                            .put("name", name)
                            .put("role", role)
                            .put("token", token)
                            .put("entry", entry));
        } else {
            terminal().line("token  " + token);
            terminal().line("entry  " + entry);
        }
        return ExitCode.DONE;
    }
}
