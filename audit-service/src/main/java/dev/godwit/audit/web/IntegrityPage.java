package dev.godwit.audit.web;

import dev.godwit.audit.integrity.CheckpointProof;
import dev.godwit.audit.integrity.Proved;
import dev.godwit.audit.integrity.SignedCheckpoint;
import dev.godwit.audit.integrity.SignedCheckpoints;
import dev.godwit.audit.trail.Finding;
import dev.godwit.audit.trail.TrailRepository;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.sql.SQLException;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestHeader;

/** What is signed, what did not fit when it came in, and the proof of the whole trail for whoever asks for it. */
@Path("/integrity")
@Produces(MediaType.TEXT_HTML)
public class IntegrityPage {

    private static final int CHECKPOINTS = 30;

    /** The templates, checked when the service is built. */
    @CheckedTemplate(basePath = "")
    static final class Pages {

        private Pages() {}

        static native TemplateInstance integrity(
                List<SignedCheckpoint> checkpoints, List<Finding> findings, Proved proved);

        static native TemplateInstance proof(CheckpointProof.Proof proof, long millis);

        static native TemplateInstance proofPart(CheckpointProof.Proof proof, long millis);
    }

    private final SignedCheckpoints checkpoints;
    private final CheckpointProof proof;
    private final TrailRepository trail;

    IntegrityPage(SignedCheckpoints checkpoints, CheckpointProof proof, TrailRepository trail) {
        this.checkpoints = checkpoints;
        this.proof = proof;
        this.trail = trail;
    }

    @GET
    @Operation(hidden = true)
    public Uni<TemplateInstance> integrity() {
        return checkpoints.newest(CHECKPOINTS).chain(found -> trail.findings()
                .chain(findings -> checkpoints.proved().map(proved -> Pages.integrity(found, findings, proved))));
    }

    /** Reads the whole trail: seconds for millions of rows. */
    @GET
    @Path("proof")
    @Blocking
    @Operation(hidden = true)
    public TemplateInstance prove(@RestHeader("HX-Request") String part) throws SQLException {
        long start = System.nanoTime();
        CheckpointProof.Proof found = proof.prove();
        long millis = (System.nanoTime() - start) / 1_000_000;
        return part == null ? Pages.proof(found, millis) : Pages.proofPart(found, millis);
    }
}
