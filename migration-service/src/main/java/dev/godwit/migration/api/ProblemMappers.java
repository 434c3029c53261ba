package dev.godwit.migration.api;

import dev.godwit.migration.access.Denials;
import dev.godwit.migration.run.Refusal;
import dev.godwit.migration.sql.ErrorClass;
import dev.godwit.migration.sql.PgErrors;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import java.util.Locale;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** The one place where failures become answers. What the caller can mend is said in full, everything else only in the log. */
final class ProblemMappers {

    private static final Logger LOG = Logger.getLogger(ProblemMappers.class);

    private static final Response.StatusType UNPROCESSABLE = new Unprocessable();

    @ServerExceptionMapper
    Response refusal(Refusal refusal) {
        return Problem.of(status(refusal.kind()), refusal.code(), refusal.getMessage())
                .toResponse();
    }

    private static Response.StatusType status(Refusal.Kind kind) {
        return switch (kind) {
            case BAD_REQUEST -> Response.Status.BAD_REQUEST;
            case NOT_FOUND -> Response.Status.NOT_FOUND;
            case CONFLICT -> Response.Status.CONFLICT;
            case PLAN_CHANGED -> Response.Status.PRECONDITION_FAILED;
            case REFUSED -> UNPROCESSABLE;
        };
    }

    @ServerExceptionMapper
    Response unauthenticated(UnauthorizedException refusal) {
        return Response.fromResponse(
                        Problem.of(Response.Status.UNAUTHORIZED, "unauthenticated", Denials.UNAUTHENTICATED)
                                .toResponse())
                .header("WWW-Authenticate", "Bearer")
                .build();
    }

    @ServerExceptionMapper
    Response forbidden(ForbiddenException refusal) {
        return Problem.of(Response.Status.FORBIDDEN, "forbidden", Denials.FORBIDDEN)
                .toResponse();
    }

    /** What JAX-RS itself refuses: unknown paths, methods and media types. */
    @ServerExceptionMapper
    Response refusedByFramework(WebApplicationException refusal) {
        Response.StatusType status = refusal.getResponse().getStatusInfo();
        if (status.getStatusCode() >= 500) {
            return internal(refusal);
        }
        String code = status.getStatusCode() == 404
                ? "unknown_path"
                : status.getReasonPhrase().toLowerCase(Locale.ROOT).replaceAll("[^a-z]+", "_");
        return Problem.of(status, code, "see /q/openapi for what is understood here")
                .toResponse();
    }

    @ServerExceptionMapper
    Response unexpected(Throwable failure) {
        ErrorClass kind = PgErrors.classify(failure);
        if (kind == ErrorClass.UNAVAILABLE || kind == ErrorClass.CONTENTION) {
            LOG.warnf("request not served, the database: %s", PgErrors.describe(failure));
            return Problem.of(
                            Response.Status.SERVICE_UNAVAILABLE,
                            "database_unavailable",
                            "the database cannot be reached or is busy; try again")
                    .toResponse();
        }
        return internal(failure);
    }

    private static Response internal(Throwable failure) {
        LOG.error("request failed", failure);
        return Problem.of(
                        Response.Status.INTERNAL_SERVER_ERROR,
                        "internal_error",
                        "the service could not handle this; its log says why")
                .toResponse();
    }

    private static final class Unprocessable implements Response.StatusType {
        @Override
        public int getStatusCode() {
            return 422;
        }

        @Override
        public Response.Status.Family getFamily() {
            return Response.Status.Family.CLIENT_ERROR;
        }

        @Override
        public String getReasonPhrase() {
            return "Unprocessable Content";
        }
    }
}
