package dev.godwit.audit.api;

import dev.godwit.audit.access.Denials;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;
import io.vertx.pgclient.PgException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Turns every failure into a problem document. */
public class ProblemMapper {

    private static final Logger LOG = Logger.getLogger(ProblemMapper.class);

    @ServerExceptionMapper
    public Response onMistake(ProblemException mistake) {
        Response.ResponseBuilder answer =
                Response.fromResponse(problem(mistake.status(), mistake.code(), mistake.getMessage()));
        mistake.retryAfter().ifPresent(pause -> answer.header(HttpHeaders.RETRY_AFTER, pause.toSeconds()));
        return answer.build();
    }

    @ServerExceptionMapper
    public Response onUnauthenticated(UnauthorizedException refusal) {
        return Response.fromResponse(problem(401, "unauthenticated", Denials.UNAUTHENTICATED))
                .header(HttpHeaders.WWW_AUTHENTICATE, "Bearer")
                .build();
    }

    @ServerExceptionMapper
    public Response onForbidden(ForbiddenException refusal) {
        return problem(403, "forbidden", Denials.FORBIDDEN);
    }

    @ServerExceptionMapper
    public Response onHttp(WebApplicationException failure) {
        int status = failure.getResponse().getStatus();
        return problem(status, status == 404 ? "not_found" : "http_" + status, failure.getMessage());
    }

    @ServerExceptionMapper({ConnectException.class, UnknownHostException.class})
    public Response onDatabaseAway(IOException failure) {
        LOG.debugf(failure, "database away");
        return problem(503, "database_unavailable", "The audit database does not answer; try again.");
    }

    @ServerExceptionMapper
    public Response onDatabase(PgException failure) {
        LOG.errorf(
                "AUD0201 the database refused a query: sqlState=%s message=%s",
                failure.getSqlState(), failure.getMessage());
        return problem(503, "database_unavailable", "The audit database could not answer; try again.");
    }

    @ServerExceptionMapper
    public Response onAnything(RuntimeException failure) {
        LOG.error("AUD0202 a request failed", failure);
        return problem(500, "internal_error", "The request failed; the service's log says why.");
    }

    private static Response problem(int status, String code, String detail) {
        Response.Status known = Response.Status.fromStatusCode(status);
        String title = known == null ? "Error" : known.getReasonPhrase();
        return Response.status(status)
                .type(Problem.MEDIA_TYPE)
                .entity(new Problem("about:blank", title, status, detail, code))
                .build();
    }
}
