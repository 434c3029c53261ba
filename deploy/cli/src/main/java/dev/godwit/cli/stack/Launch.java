package dev.godwit.cli.stack;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How to start one process.
 *
 * @param version changes when the program itself does, so that a rebuilt service is started anew
 */
record Launch(String name, List<String> command, Map<String, String> environment, Path log, String version) {

    /** Equal for equal launches; a running process with another one is out of date. */
    String fingerprint() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (String part : command) {
                digest.update((part + "\0").getBytes(StandardCharsets.UTF_8));
            }
            new TreeMap<>(environment)
                    .forEach(
                            (key, value) -> digest.update((key + "=" + value + "\0").getBytes(StandardCharsets.UTF_8)));
            digest.update(version.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
