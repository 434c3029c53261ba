package dev.godwit.cli.demo;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

/** Name-based UUIDs with SHA-1, RFC 9562 version 5: what the application's newer code makes, written independently of the migration's. */
public final class Uuid5 {

    private Uuid5() {}

    /** The UUID of the name's UTF-8 bytes within the namespace. */
    public static UUID of(UUID namespace, String name) {
        MessageDigest sha1;
        try {
            sha1 = MessageDigest.getInstance("SHA-1");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform must provide SHA-1", e);
        }
        sha1.update(ByteBuffer.allocate(Long.BYTES * 2)
                .putLong(namespace.getMostSignificantBits())
                .putLong(namespace.getLeastSignificantBits())
                .array());
        byte[] hash = sha1.digest(name.getBytes(StandardCharsets.UTF_8));
        hash[6] = (byte) ((hash[6] & 0x0f) | 0x50);
        hash[8] = (byte) ((hash[8] & 0x3f) | 0x80);
        ByteBuffer first16 = ByteBuffer.wrap(hash);
        return new UUID(first16.getLong(), first16.getLong());
    }
}
