package dev.godwit.cli.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** Reads a bundle line by line and computes everything that it claims. What does not hold is told in sentences that name the place. */
public final class BundleProof {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String FORM = "godwit-bundle-1";
    private static final int FINDINGS_MAX = 100;

    /** Where a stream has come to. */
    private record End(long sequence, String hash) {}

    private final List<String> findings = new ArrayList<>();
    private final Map<String, End> ends = new HashMap<>();
    private final MessageDigest digest = Chain.sha256();
    private JsonNode report = JSON.missingNode();
    private String publicKey = "";
    private long events;
    private long outcomes;
    private long redacted;

    private BundleProof() {}

    /**
     * @param wantedKey the public key that must have signed it, hex; null when any will do
     * @throws IOException when it cannot be read
     */
    public static BundleProof of(InputStream bundle, String wantedKey) throws IOException {
        BundleProof proof = new BundleProof();
        proof.read(new BufferedReader(new InputStreamReader(bundle, StandardCharsets.UTF_8)), wantedKey);
        return proof;
    }

    /** The run that it tells of. */
    public String run() {
        return report.path("run").asText();
    }

    /** How many events it has. */
    public long events() {
        return events;
    }

    /** How many outcomes. */
    public long outcomes() {
        return outcomes;
    }

    /** Outcomes whose key was taken out; their hashes prove all the same. */
    public long redacted() {
        return redacted;
    }

    /** Who signed it, hex. */
    public String publicKey() {
        return publicKey;
    }

    /** What does not hold, the first hundred; none when all does. */
    public List<String> findings() {
        return List.copyOf(findings);
    }

    private void read(BufferedReader in, String wantedKey) throws IOException {
        JsonNode head = parse(in.readLine());
        if (!FORM.equals(head.path("bundle").asText())) {
            throw new IOException("it is no bundle of Godwit");
        }
        report = head.path("report");
        String line = in.readLine();
        JsonNode end = JSON.missingNode();
        while (line != null) {
            JsonNode json = parse(line);
            if (json.has("signature")) {
                end = json;
            } else {
                event(json);
            }
            line = in.readLine();
        }
        checkEnd(end, wantedKey);
        checkStreams();
    }

    private JsonNode parse(String line) throws IOException {
        if (line == null) {
            throw new IOException("it ends too early");
        }
        try {
            JsonNode json = JSON.readTree(line);
            if (!json.has("signature")) {
                digest.update((line + '\n').getBytes(StandardCharsets.UTF_8));
            }
            return json;
        } catch (JsonProcessingException e) {
            throw new IOException("it holds a line that is not JSON", e);
        }
    }

    private void event(JsonNode event) {
        String stream = event.path("stream").asText();
        long sequence = event.path("sequence").asLong();
        String hash = event.path("hash").asText();
        End before = ends.getOrDefault(stream, new End(0, ""));
        ByteArrayOutputStream leaves = new ByteArrayOutputStream();
        event.path("outcomes").forEach(outcome -> leaves.writeBytes(leaf(outcome)));
        if (event.hasNonNull("groups")) {
            leaves.writeBytes(Chain.GROUPS.getBytes(StandardCharsets.US_ASCII));
            leaves.writeBytes(HexFormat.of().parseHex(event.path("groups").asText()));
        }
        String previous = event.path("previousHash").asText();
        byte[] computed =
                Chain.event(previous, run(), stream, sequence, event.path("id").asText(), leaves.toByteArray());
        String place = stream + ", event " + sequence;
        if (!HexFormat.of().formatHex(computed).equals(hash)) {
            find(place + ": its outcomes are not what was hashed");
        } else if (sequence != before.sequence() + 1) {
            find(place + ": the event before it is missing");
        } else if (!previous.equals(before.hash())) {
            find(place + ": it does not follow the event before it");
        }
        ends.put(stream, new End(sequence, hash));
        events++;
        outcomes += event.path("outcomes").size();
    }

    private byte[] leaf(JsonNode outcome) {
        if (outcome.hasNonNull("redacted")) {
            redacted++;
            return HexFormat.of().parseHex(outcome.path("redacted").asText());
        }
        return Chain.leaf(
                text(outcome, "salt"),
                text(outcome, "table"),
                text(outcome, "key"),
                text(outcome, "newKey"),
                text(outcome, "outcome"),
                text(outcome, "reason"));
    }

    private static String text(JsonNode object, String name) {
        return object.hasNonNull(name) ? object.get(name).asText() : null;
    }

    private void checkEnd(JsonNode end, String wantedKey) {
        String hash = HexFormat.of().formatHex(digest.digest());
        publicKey = end.path("publicKey").asText();
        if (end.isMissingNode()) {
            find("the last line, with the signature, is missing");
        } else if (!hash.equals(end.path("sha256").asText())) {
            find("the bundle is not what was signed: a line was changed, removed or added");
        } else if (!isSigned(hash, end)) {
            find("the signature is not that of the key that the bundle names");
        } else if (wantedKey != null && !wantedKey.equals(publicKey)) {
            find("it was signed by another key than the one that was asked for");
        }
    }

    private static boolean isSigned(String hash, JsonNode end) {
        try {
            HexFormat hex = HexFormat.of();
            byte[] key = hex.parseHex(end.path("publicKey").asText());
            Signature signature = Signature.getInstance("Ed25519");
            signature.initVerify(KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(key)));
            signature.update(Chain.hash(FORM, hash));
            return signature.verify(hex.parseHex(end.path("signature").asText()));
        } catch (GeneralSecurityException | IllegalArgumentException notAKeyOrSignature) {
            return false;
        }
    }

    /** The report says where the run's end left each stream. */
    private void checkStreams() {
        for (JsonNode stream : report.path("streams")) {
            String name = stream.path("stream").asText();
            End end = ends.getOrDefault(name, new End(0, ""));
            long expected = stream.path("expectedSequence").asLong(end.sequence());
            if (end.sequence() < expected) {
                find(name + ", event " + (end.sequence() + 1) + ": missing; the run ended with event " + expected);
            } else if (end.sequence() > expected) {
                find(name + ", event " + (expected + 1) + ": added; the run ended with event " + expected);
            } else if (stream.hasNonNull("expectedHash")
                    && !stream.path("expectedHash").asText().equals(end.hash())) {
                find(name + ", event " + expected + ": it is not the one with which the run ended");
            }
        }
    }

    private void find(String finding) {
        if (findings.size() < FINDINGS_MAX) {
            findings.add(finding);
        }
    }
}
