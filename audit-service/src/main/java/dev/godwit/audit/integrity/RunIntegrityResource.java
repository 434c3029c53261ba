package dev.godwit.audit.integrity;

import dev.godwit.audit.api.ProblemException;
import dev.godwit.audit.trail.Finding;
import dev.godwit.audit.trail.Integrity;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.sql.SQLException;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;

/** The proof of one run over REST. */
@Path("/api/runs")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "integrity")
public class RunIntegrityResource {

    /** A piece of a run's chains as they are now; {@code letGo} outcomes are not kept any more; {@code next} is null on the last. */
    public record Checked(String run, long events, long outcomes, long letGo, List<Finding> findings, String next) {}

    private final Integrity integrity;

    RunIntegrityResource(Integrity integrity) {
        this.integrity = integrity;
    }

    @GET
    @Path("/{id}/integrity")
    @Blocking
    @Operation(summary = "The run's chains computed again from the rows that are stored now, piece by piece")
    public Checked check(@RestPath String id, @RestQuery String after) throws SQLException {
        Integrity.Piece piece = integrity.check(id, place(after));
        return new Checked(id, piece.events(), piece.outcomes(), piece.letGo(), piece.findings(), text(piece.next()));
    }

    private static Integrity.Place place(String text) {
        if (text == null || text.isEmpty()) {
            return Integrity.Place.START;
        }
        int dot = text.indexOf('.');
        if (dot < 1 || !text.substring(0, dot).chars().allMatch(Character::isDigit) || dot > 18) {
            throw ProblemException.badRequest(
                    "bad_cursor", "Give 'after' as the 'next' of the piece before, or leave it out.");
        }
        return new Integrity.Place(text.substring(dot + 1), Long.parseLong(text.substring(0, dot)));
    }

    private static String text(Integrity.Place place) {
        return place == null ? null : place.sequence() + "." + place.stream();
    }
}
