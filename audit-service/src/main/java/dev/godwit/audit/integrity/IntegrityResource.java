package dev.godwit.audit.integrity;

import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.sql.SQLException;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The proof of the whole trail over REST. */
@Path("/api/integrity")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "integrity")
public class IntegrityResource {

    private final CheckpointProof checkpoints;
    private final SignedCheckpoints signed;

    IntegrityResource(CheckpointProof checkpoints, SignedCheckpoints signed) {
        this.checkpoints = checkpoints;
        this.signed = signed;
    }

    @GET
    @Path("/proved")
    @Operation(summary = "What the service has computed again by itself, and what it found")
    public Uni<Proved> proved() {
        return signed.proved();
    }

    @GET
    @Blocking
    @Operation(summary = "The trail as it is now against all signed checkpoints, and which runs there are to check")
    public CheckpointProof.Proof prove() throws SQLException {
        return checkpoints.prove();
    }
}
