package dev.godwit.cli.stack;

import dev.godwit.cli.audit.Chain;
import java.util.Base64;

/** Tokens of a local stack: its own, and the same whenever it is started. They come from the password of its server, which never leaves the state directory. */
final class StackTokens {
    private static final String DASHBOARD = "dashboard";

    private final Settings settings;

    StackTokens(Settings settings) {
        this.settings = settings;
    }

    /** What the owner of the stack proves himself with; he may do everything. */
    String owner() {
        return secret("owner-token");
    }

    /** What audit-service proves itself with to migration-service when it acts for those who are logged in. */
    String dashboard() {
        return secret("dashboard-token");
    }

    /** What encrypts the cookie of those who are logged in. */
    String session() {
        return secret("session-key");
    }

    /** Both tokens as the services are told of them. */
    String entries() {
        return TokenEntry.of(user(), "admin", owner()) + "," + TokenEntry.of(DASHBOARD, "admin", dashboard())
                + ":delegate";
    }

    private String secret(String purpose) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(Chain.hash(purpose, settings.passwords().get("postgres")));
    }

    private static String user() {
        String name = System.getProperty("user.name", "")
                .replaceAll("[^A-Za-z0-9._@-]", "")
                .replaceFirst("^[._@-]+", "");
        return name.isEmpty() || name.equals(DASHBOARD) ? "owner" : name;
    }
}
