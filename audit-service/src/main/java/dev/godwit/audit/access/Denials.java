package dev.godwit.audit.access;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.ForbiddenException;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/** Answers to those who may not, as problem details, wherever they were refused. */
@ApplicationScoped
public class Denials {

    /** What those are told who did not say who they are. */
    public static final String UNAUTHENTICATED =
            "send a token: 'Authorization: Bearer …'; the reference says where tokens come from";
    /** What those are told whose role is too small. */
    public static final String FORBIDDEN = "the token's role may not do this; roles are viewer, operator and admin";

    void register(@Observes Router router) {
        router.route().failureHandler(Denials::tell);
    }

    /** What another mechanism has made a redirect stays one. */
    private static void tell(RoutingContext context) {
        boolean open = !context.response().headWritten() && context.response().getStatusCode() / 100 != 3;
        if (open && context.failure() instanceof ForbiddenException) {
            answer(context, 403, "Forbidden", "forbidden", FORBIDDEN);
        } else if (open && context.failure() instanceof AuthenticationFailedException) {
            refuse(context);
        } else {
            context.next();
        }
    }

    /** Asks for a token. */
    static Uni<Boolean> unauthenticated(RoutingContext context) {
        refuse(context);
        return Uni.createFrom().item(true);
    }

    private static void refuse(RoutingContext context) {
        context.response().putHeader(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer");
        answer(context, 401, "Unauthorized", "unauthenticated", UNAUTHENTICATED);
    }

    static void answer(RoutingContext context, int status, String title, String code, String detail) {
        JsonObject problem = new JsonObject()
                .put("type", "about:blank")
                .put("title", title)
                .put("status", status)
                .put("detail", detail)
                .put("code", code);
        var sent = context.response()
                .setStatusCode(status)
                .putHeader(HttpHeaderNames.CONTENT_TYPE, "application/problem+json")
                .end(problem.encode());
        assert !sent.failed();
    }
}
