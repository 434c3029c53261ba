package dev.godwit.audit.testing;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Static tokens that a service under test knows. */
public final class TestTokens {

    /** Of {@code vic}, a viewer. */
    public static final String VIEWER = "viewer-token-of-vic";
    /** Of {@code ole}, an operator. */
    public static final String OPERATOR = "operator-token-of-ole";
    /** Of {@code ann}, an admin. */
    public static final String ADMIN = "admin-token-of-ann";

    private TestTokens() {}

    /** All of them, as a setting. */
    public static String entries() {
        return String.join(
                ",", entry("vic:viewer", VIEWER), entry("ole:operator", OPERATOR), entry("ann:admin", ADMIN));
    }

    private static String entry(String who, String token) {
        try {
            return who + ":"
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256")
                                    .digest(token.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
