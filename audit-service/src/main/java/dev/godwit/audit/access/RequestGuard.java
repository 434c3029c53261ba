package dev.godwit.audit.access;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.net.URI;
import java.util.Set;

/**
 * Refuses what a page of another site makes somebody's browser send, before anybody is authenticated. Browsers say where a request that changes something comes from
 * ({@code Sec-Fetch-Site}, {@code Origin}); programs say nothing, and are let through. Addresses that name what no database can hold are refused too. Over TLS, browsers are told to stay there.
 */
@ApplicationScoped
class RequestGuard {

    private static final int BEFORE_AUTHENTICATION = 1_000;
    private static final Set<HttpMethod> READING = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);
    /** PostgreSQL stores none, so nothing that is asked for can have one. */
    private static final String NUL = "%00";

    private static final Set<String> OWN = Set.of("same-origin", "none");

    void register(@Observes Filters filters) {
        filters.register(this::guard, BEFORE_AUTHENTICATION);
    }

    private void guard(RoutingContext context) {
        if (context.request().isSSL()) {
            context.response().putHeader("Strict-Transport-Security", "max-age=31536000; includeSubDomains");
        }
        if (context.request().uri().contains(NUL)) {
            Denials.answer(context, 400, "Bad Request", "bad_parameter", "a NUL character is in no name and in no key");
        } else if (isFromAnotherSite(context.request())) {
            Denials.answer(
                    context, 403, "Forbidden", "cross_site", "a page of another site sent this; that changes nothing");
        } else {
            context.next();
        }
    }

    private static boolean isFromAnotherSite(HttpServerRequest request) {
        if (READING.contains(request.method())) {
            return false;
        }
        String site = request.getHeader("Sec-Fetch-Site");
        if (site != null) {
            return !OWN.contains(site);
        }
        String origin = request.getHeader(HttpHeaderNames.ORIGIN);
        return origin != null && !isSame(origin, request);
    }

    private static boolean isSame(String origin, HttpServerRequest request) {
        try {
            String authority = URI.create(origin).getRawAuthority();
            return authority != null && authority.equalsIgnoreCase(request.getHeader(HttpHeaderNames.HOST));
        } catch (IllegalArgumentException notAnAddress) {
            return false;
        }
    }
}
