package dev.godwit.audit.access;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * The static tokens, read when the service starts.
 *
 * <p><b>Failure semantics:</b> an entry that cannot be read, or a file that is not there, keeps the service from starting.
 */
@Singleton
class StaticTokens {

    private final List<StaticToken> known;

    @Inject
    StaticTokens(AccessConfig config) {
        List<StaticToken> all = new ArrayList<>();
        List<String> given = config.tokens().orElse(List.of());
        for (int entry = 0; entry < given.size(); entry++) {
            all.add(StaticToken.parse(given.get(entry), "entry " + (entry + 1) + " of GODWIT_AUTH_TOKENS"));
        }
        config.tokensFile().ifPresent(file -> all.addAll(read(file)));
        this.known = List.copyOf(all);
    }

    boolean isEmpty() {
        return known.isEmpty();
    }

    /** Whose token this is. Takes as long for a token that is nobody's as for any other. */
    Optional<StaticToken> find(String token) {
        byte[] hash = hash(token);
        StaticToken found = null;
        for (StaticToken one : known) {
            if (MessageDigest.isEqual(one.hash().getBytes(StandardCharsets.US_ASCII), hash)) {
                found = one;
            }
        }
        return Optional.ofNullable(found);
    }

    /** Who is called so: somebody who logged in with a token that is still known. */
    Optional<StaticToken> named(String name) {
        return known.stream().filter(token -> token.name().equals(name)).findFirst();
    }

    private static List<StaticToken> read(Path file) {
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (IOException e) {
            throw new IllegalStateException("GODWIT_AUTH_TOKENS_FILE cannot be read: " + file, e);
        }
        List<StaticToken> all = new ArrayList<>();
        for (int line = 0; line < lines.size(); line++) {
            if (!lines.get(line).isBlank() && !lines.get(line).startsWith("#")) {
                all.add(StaticToken.parse(lines.get(line), "line " + (line + 1) + " of GODWIT_AUTH_TOKENS_FILE"));
            }
        }
        return all;
    }

    private static byte[] hash(String token) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).getBytes(StandardCharsets.US_ASCII);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
