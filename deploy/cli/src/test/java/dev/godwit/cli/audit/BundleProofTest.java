package dev.godwit.cli.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BundleProofTest {

    private static final HexFormat HEX = HexFormat.of();

    private final List<String> lines = new ArrayList<>();
    private KeyPair pair;
    private String hash = "";

    @BeforeEach
    void writeBundle() throws GeneralSecurityException {
        pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        List<String> events = List.of(event(1, "a", false), event(2, "b", false), event(3, "c", true));
        lines.add("{\"bundle\":\"godwit-bundle-1\",\"report\":{\"run\":\"r1\",\"streams\":[{\"stream\":\"chunk-1\","
                + "\"expectedSequence\":3,\"expectedHash\":\"" + hash + "\"}]}}");
        lines.addAll(events);
    }

    @Test
    void shouldProveABundleWithARedactedKey() throws Exception {
        BundleProof proof = proof(sign(), publicKey());

        assertThat(proof.findings()).isEmpty();
        assertThat(proof.run()).isEqualTo("r1");
        assertThat(proof.events()).isEqualTo(3);
        assertThat(proof.outcomes()).isEqualTo(3);
        assertThat(proof.redacted()).isEqualTo(1);
        assertThat(proof.publicKey()).isEqualTo(publicKey());
    }

    @Test
    void shouldNameTheEventThatWasChangedEvenWhenTheBundleWasSignedAnew() throws Exception {
        lines.set(2, lines.get(2).replace("\"key\":\"b\"", "\"key\":\"x\""));

        assertThat(proof(sign(), null).findings())
                .containsExactly("chunk-1, event 2: its outcomes are not what was hashed");
    }

    @Test
    void shouldNameTheEventThatWasTakenOut() throws Exception {
        lines.remove(2);

        assertThat(proof(sign(), null).findings()).containsExactly("chunk-1, event 3: the event before it is missing");
    }

    @Test
    void shouldNameTheEndThatWasCutOff() throws Exception {
        lines.remove(3);

        assertThat(proof(sign(), null).findings())
                .containsExactly("chunk-1, event 3: missing; the run ended with event 3");
    }

    @Test
    void shouldNoticeALineThatWasAddedAfterSigning() throws Exception {
        List<String> signed = new ArrayList<>(sign());
        signed.add(4, "{\"note\":1}");

        assertThat(proof(signed, null).findings())
                .contains("the bundle is not what was signed: a line was changed, removed or added");
    }

    @Test
    void shouldNotTakeAnotherKeyForTheOneThatIsWanted() throws Exception {
        assertThat(proof(sign(), "ab").findings())
                .containsExactly("it was signed by another key than the one that was asked for");
    }

    @Test
    void shouldNameTheEventWhoseGroupsWereTakenAwayOrChanged() throws Exception {
        List<String> whole = List.copyOf(lines);
        assertThat(whole.get(2)).contains("\"groups\":\"");

        lines.set(2, whole.get(2).replaceFirst("\"groups\":\"[0-9a-f]+\",", ""));
        assertThat(proof(sign(), null).findings())
                .containsExactly("chunk-1, event 2: its outcomes are not what was hashed");

        lines.set(2, whole.get(2).replaceFirst("\"groups\":\"..", "\"groups\":\"00"));
        assertThat(proof(sign(), null).findings())
                .containsExactly("chunk-1, event 2: its outcomes are not what was hashed");
    }

    @Test
    void shouldMissTheSignature() throws Exception {
        assertThat(proof(lines, null).findings()).containsExactly("the last line, with the signature, is missing");
    }

    private String event(int sequence, String key, boolean redacted) {
        byte[] leaf = Chain.leaf("salt", "public.documents", key, null, "migrated", null);
        String previous = hash;
        boolean grouped = sequence == 2;
        byte[] groups = Chain.hash("groups of the event");
        byte[] leaves = grouped ? joined(leaf, Chain.GROUPS.getBytes(StandardCharsets.US_ASCII), groups) : leaf;
        hash = HEX.formatHex(Chain.event(previous, "r1", "chunk-1", sequence, "id-" + sequence, leaves));
        String outcome = redacted
                ? "\"redacted\":\"" + HEX.formatHex(leaf) + "\""
                : "\"key\":\"" + key + "\",\"newKey\":null,\"salt\":\"salt\"";
        return "{\"id\":\"id-%d\",\"stream\":\"chunk-1\",\"sequence\":%d,\"previousHash\":\"%s\",\"hash\":\"%s\","
                        .formatted(sequence, sequence, previous, hash)
                + (grouped ? "\"groups\":\"" + HEX.formatHex(groups) + "\"," : "")
                + "\"outcomes\":[{\"table\":\"public.documents\",\"outcome\":\"migrated\",\"reason\":null," + outcome
                + "}]}";
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private List<String> sign() throws GeneralSecurityException {
        String digest = HEX.formatHex(
                Chain.sha256().digest((String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8)));
        Signature signature = Signature.getInstance("Ed25519");
        signature.initSign(pair.getPrivate());
        signature.update(Chain.hash("godwit-bundle-1", digest));
        List<String> signed = new ArrayList<>(lines);
        signed.add("{\"sha256\":\"%s\",\"publicKey\":\"%s\",\"signature\":\"%s\"}"
                .formatted(digest, publicKey(), HEX.formatHex(signature.sign())));
        return signed;
    }

    private String publicKey() {
        return HEX.formatHex(pair.getPublic().getEncoded());
    }

    private static BundleProof proof(List<String> bundle, String key) throws IOException {
        return BundleProof.of(
                new ByteArrayInputStream((String.join("\n", bundle) + "\n").getBytes(StandardCharsets.UTF_8)), key);
    }
}
