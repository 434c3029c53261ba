package dev.godwit.audit.integrity;

import dev.godwit.audit.config.AuditConfig;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * The Ed25519 key that signs checkpoints and bundles, from the environment. Without one the service does not start, except where it is being developed or tested:
 * there it makes one that lasts as long as the process, and says so.
 */
@Startup
@ApplicationScoped
public class SigningKey {

    private static final Logger LOG = Logger.getLogger(SigningKey.class);
    private static final String ALGORITHM = "Ed25519";
    private static final int SEED_BYTES = 32;

    private final KeyPair pair;
    private final List<byte[]> trusted;

    SigningKey(AuditConfig config) {
        pair = pair(config.signing().key().map(SigningKey::seed).orElseGet(SigningKey::makeSeed));
        trusted = Stream.concat(
                        Stream.of(pair.getPublic().getEncoded()),
                        config.signing().formerKeys().orElse(List.of()).stream().map(Base64.getDecoder()::decode))
                .collect(Collectors.toUnmodifiableList());
    }

    /** The public half in the form that {@code openssl pkey -pubin -inform DER} reads. */
    public byte[] publicKey() {
        return pair.getPublic().getEncoded();
    }

    /** Whether this public key is ours, or was. */
    boolean isTrusted(byte[] publicKey) {
        return trusted.stream().anyMatch(key -> Arrays.equals(key, publicKey));
    }

    /** Signs bytes. */
    public byte[] sign(byte[] bytes) {
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initSign(pair.getPrivate());
            signature.update(bytes);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform from 15 on signs with Ed25519", e);
        }
    }

    /** Whether the owner of this public key has signed these bytes. */
    static boolean hasSigned(byte[] publicKey, byte[] bytes, byte[] signed) {
        try {
            PublicKey key = KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(publicKey));
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initVerify(key);
            signature.update(bytes);
            return signature.verify(signed);
        } catch (GeneralSecurityException notAKeyOrSignature) {
            return false;
        }
    }

    private static byte[] seed(String text) {
        byte[] seed;
        try {
            seed = Base64.getDecoder().decode(text.strip());
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException("GODWIT_AUDIT_SIGNING_KEY is not base64", e);
        }
        if (seed.length != SEED_BYTES) {
            throw new IllegalStateException("GODWIT_AUDIT_SIGNING_KEY is not the base64 of 32 bytes");
        }
        return seed;
    }

    private static byte[] makeSeed() {
        if (LaunchMode.current() == LaunchMode.NORMAL) {
            throw new IllegalStateException(
                    "GODWIT_AUDIT_SIGNING_KEY is missing: checkpoints of the trail are signed with it. Make one: openssl rand -base64 32");
        }
        LOG.warn("AUD0301 no signing key is set: checkpoints are signed with one that ends with this process");
        byte[] seed = new byte[SEED_BYTES];
        new SecureRandom().nextBytes(seed);
        return seed;
    }

    private static KeyPair pair(byte[] seed) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(ALGORITHM);
            // A private key of Ed25519 is these bytes; the platform makes the public one only while it generates a
            // pair.
            generator.initialize(255, new Seeded(seed));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform from 15 on has Ed25519", e);
        }
    }

    /** Gives back what it was given. */
    private static final class Seeded extends SecureRandom {
        private static final long serialVersionUID = 1L;

        private final byte[] seed;

        Seeded(byte[] seed) {
            this.seed = seed.clone();
        }

        @Override
        public void nextBytes(byte[] bytes) {
            System.arraycopy(seed, 0, bytes, 0, bytes.length);
        }
    }
}
