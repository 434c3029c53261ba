package dev.godwit.audit.redaction;

import dev.godwit.audit.access.Caller;
import dev.godwit.audit.access.Role;
import dev.godwit.audit.api.ProblemException;
import io.smallrye.common.annotation.Blocking;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.sql.SQLException;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Redactions over REST. */
@Path("/api/redactions")
@Produces(MediaType.APPLICATION_JSON)
@Consumes(MediaType.APPLICATION_JSON)
@Tag(name = "redactions")
public class RedactionResource {

    /** What is to go, and who wants it for what reason; those stay. */
    public record Request(String table, String key, List<String> groupColumns, String requestedBy, String reason) {

        List<String> columns() {
            return groupColumns == null
                    ? List.of()
                    : groupColumns.stream().distinct().toList();
        }
    }

    /** How many outcomes were redacted, and how many groups lost a value. */
    public record Redacted(String table, int outcomes, int groups) {}

    private final Redactions redactions;
    private final Caller caller;

    RedactionResource(Redactions redactions, Caller caller) {
        this.redactions = redactions;
        this.caller = caller;
    }

    @POST
    @RolesAllowed(Role.ADMINS)
    @Blocking
    @Operation(
            summary =
                    "Takes a key out of every outcome that tells of it, and out of groups by the columns that are named; all chains still prove")
    public Redacted redact(Request request) throws SQLException {
        if (request == null || isBlank(request.table()) || isBlank(request.key())) {
            throw ProblemException.badRequest(
                    "missing_parameter", "Give 'table' (such as public.documents) and 'key'.");
        }
        if ((!caller.isProved() && isBlank(request.requestedBy())) || isBlank(request.reason())) {
            throw ProblemException.badRequest(
                    "missing_parameter", "Say who wants it ('requestedBy') and why ('reason').");
        }
        if (request.columns().stream().anyMatch(RedactionResource::isBlank)) {
            throw ProblemException.badRequest(
                    "bad_data", "'groupColumns' is a list of names of columns that hold such keys.");
        }
        Redactions.Done done = redactions.redact(
                request.table(),
                request.key(),
                request.columns(),
                caller.requestedBy(request.requestedBy()),
                request.reason());
        if (done.outcomes() == 0 && done.groups() == 0) {
            throw ProblemException.notFound(
                    "unknown_entity", "The trail knows no row of " + request.table() + " by this key.");
        }
        return new Redacted(request.table(), done.outcomes(), done.groups());
    }

    private static boolean isBlank(String text) {
        return text == null || text.isBlank();
    }
}
