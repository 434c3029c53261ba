package dev.godwit.migration.access;

import io.quarkus.scheduler.Scheduled;
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
import org.jboss.logging.Logger;

/**
 * The static tokens. Those of the file are read again when it changes, so that a token that got into wrong hands is nobody's within seconds.
 *
 * <p><b>Failure semantics:</b> an entry that cannot be read, or a file that is not there, keeps the service from starting. Later the tokens of before stay, and the log says why.
 */
@Singleton
class StaticTokens {

    private static final Logger LOG = Logger.getLogger(StaticTokens.class);

    private final List<StaticToken> given = new ArrayList<>();
    private final Optional<Path> file;

    private volatile List<StaticToken> known;
    private List<String> seen = List.of();

    @Inject
    StaticTokens(AccessConfig config) {
        List<String> entries = config.tokens().orElse(List.of());
        for (int entry = 0; entry < entries.size(); entry++) {
            given.add(StaticToken.parse(entries.get(entry), "entry " + (entry + 1) + " of GODWIT_AUTH_TOKENS"));
        }
        this.file = config.tokensFile();
        this.known = List.copyOf(given);
        file.ifPresent(this::read);
    }

    @Scheduled(every = "5s", delayed = "5s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void look() {
        try {
            file.ifPresent(this::read);
        } catch (IllegalStateException unreadable) {
            LOG.errorf("The tokens of before stay in force: %s", unreadable.getMessage());
        }
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

    private void read(Path file) {
        List<String> lines = lines(file);
        if (lines.equals(seen)) {
            return;
        }
        // What is wrong is told once.
        seen = lines;
        List<StaticToken> all = new ArrayList<>(given);
        for (int line = 0; line < lines.size(); line++) {
            if (!lines.get(line).isBlank() && !lines.get(line).startsWith("#")) {
                all.add(StaticToken.parse(lines.get(line), "line " + (line + 1) + " of GODWIT_AUTH_TOKENS_FILE"));
            }
        }
        known = List.copyOf(all);
        LOG.infof("tokens read, file=%s, known=%d", file, all.size());
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new IllegalStateException("GODWIT_AUTH_TOKENS_FILE cannot be read: " + file, e);
        }
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
