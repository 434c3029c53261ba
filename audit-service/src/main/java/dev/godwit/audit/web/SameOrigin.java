package dev.godwit.audit.web;

import dev.godwit.audit.api.ProblemException;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.HttpHeaders;
import java.net.URI;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/** Forms of pages are taken from these pages only: a browser says which page sent one, and another site's is refused. */
public class SameOrigin {

    @ServerRequestFilter
    public void check(ContainerRequestContext request) {
        boolean action = request.getMethod().equals(HttpMethod.POST)
                && request.getUriInfo().getPath().replaceFirst("^/", "").startsWith("runs/");
        if (action && !isSame(request)) {
            throw ProblemException.forbidden(
                    "cross_site",
                    "Actions are taken from the dashboard's own pages only. Use migration-service's REST interface.");
        }
    }

    private static boolean isSame(ContainerRequestContext request) {
        String site = request.getHeaderString("Sec-Fetch-Site");
        String origin = request.getHeaderString("Origin");
        if (site != null && !site.equals("same-origin")) {
            return false;
        }
        return origin == null ? site != null : isHost(origin, request.getHeaderString(HttpHeaders.HOST));
    }

    private static boolean isHost(String origin, String host) {
        try {
            return host != null && host.equalsIgnoreCase(URI.create(origin).getAuthority());
        } catch (IllegalArgumentException malformed) {
            return false;
        }
    }
}
