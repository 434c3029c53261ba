package dev.godwit.audit.report;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/** Chooses between the formats of a report: JSON, unless CSV is named by the header Accept or by {@code ?format=csv}. */
public class FormatFilter {

    private static final String CSV = "text/csv";

    @ServerRequestFilter(preMatching = true)
    public void chooseFormat(ContainerRequestContext request) {
        if (!request.getUriInfo().getPath().endsWith("/report")) {
            return;
        }
        String format = request.getUriInfo().getQueryParameters().getFirst("format");
        String accept = request.getHeaderString(HttpHeaders.ACCEPT);
        boolean csv = format == null ? accept != null && accept.contains(CSV) : format.equals("csv");
        request.getHeaders().putSingle(HttpHeaders.ACCEPT, csv ? CSV : MediaType.APPLICATION_JSON);
    }
}
