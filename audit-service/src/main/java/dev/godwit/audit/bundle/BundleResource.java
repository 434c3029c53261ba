package dev.godwit.audit.bundle;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.godwit.audit.integrity.SigningKey;
import dev.godwit.audit.report.Report;
import dev.godwit.audit.report.ReportService;
import dev.godwit.audit.trail.HashChain;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.smallrye.mutiny.unchecked.Unchecked;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestMulti;
import org.jboss.resteasy.reactive.RestPath;

/**
 * Bundles over REST: lines of JSON, the first with the report, then one for each event, the last with the SHA-256 of all before it, signed. A few events are in
 * memory at a time.
 */
@Path("/api/runs")
@Tag(name = "bundles")
public class BundleResource {

    private static final String FORM = "godwit-bundle-1";

    private final ReportService reports;
    private final BundlePages pages;
    private final SigningKey key;
    private final ObjectMapper json;

    BundleResource(ReportService reports, BundlePages pages, SigningKey key, ObjectMapper json) {
        this.reports = reports;
        this.pages = pages;
        this.key = key;
        this.json = json;
    }

    /** How far a bundle is written. */
    private static final class Progress {
        private final MessageDigest digest = HashChain.sha256();
        private String stream = "";
        private long sequence;

        String covered(String text) {
            digest.update(text.getBytes(StandardCharsets.UTF_8));
            return text;
        }
    }

    @GET
    @Path("/{id}/bundle")
    @Produces("application/vnd.godwit.bundle")
    @Operation(summary = "The run's whole trail, signed, for whoever wants to prove it without this service")
    public Multi<String> bundle(@RestPath String id) {
        return RestMulti.fromUniResponse(
                reports.report(id),
                this::lines,
                report -> Map.of("Content-Disposition", List.of("attachment; filename=\"bundle.jsonl\"")));
    }

    private Multi<String> lines(Report report) {
        Progress progress = new Progress();
        Multi<String> head = Multi.createFrom().item(Unchecked.supplier(() -> progress.covered(head(report))));
        Multi<String> events = Multi.createBy()
                .repeating()
                .uni(() -> Uni.createFrom()
                        .item(Unchecked.supplier(() -> page(report.run(), progress)))
                        .runSubscriptionOn(Infrastructure.getDefaultWorkerPool()))
                .whilst(page -> page.size() == BundlePages.EVENTS)
                .map(Unchecked.function(page -> progress.covered(text(page))));
        Multi<String> end = Multi.createFrom().item(Unchecked.supplier(() -> end(progress)));
        return Multi.createBy().concatenating().streams(head, events, end);
    }

    private String head(Report report) throws JsonProcessingException {
        ObjectNode head = json.createObjectNode()
                .put("bundle", FORM)
                .put("madeAt", Instant.now().toString());
        head.set("report", json.valueToTree(report));
        return json.writeValueAsString(head) + '\n';
    }

    private List<ObjectNode> page(String run, Progress progress) throws SQLException {
        List<ObjectNode> page = pages.page(run, progress.stream, progress.sequence);
        if (!page.isEmpty()) {
            ObjectNode last = page.get(page.size() - 1);
            progress.stream = last.get("stream").asText();
            progress.sequence = last.get("sequence").asLong();
        }
        return page;
    }

    private String text(List<ObjectNode> page) throws JsonProcessingException {
        StringBuilder lines = new StringBuilder();
        for (ObjectNode event : page) {
            lines.append(json.writeValueAsString(event)).append('\n');
        }
        return lines.toString();
    }

    private String end(Progress progress) throws JsonProcessingException {
        HexFormat hex = HexFormat.of();
        String hash = hex.formatHex(progress.digest.digest());
        byte[] signed = HashChain.ofTexts(List.of(FORM, hash));
        ObjectNode end = json.createObjectNode()
                .put("sha256", hash)
                .put("publicKey", hex.formatHex(key.publicKey()))
                .put("signature", hex.formatHex(key.sign(signed)));
        return json.writeValueAsString(end) + '\n';
    }
}
