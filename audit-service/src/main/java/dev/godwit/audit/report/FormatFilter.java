package dev.godwit.audit.report;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/** Chooses between the formats of a report or of its groups: JSON, unless CSV or HTML is named by the header Accept or by {@code ?format=csv} or {@code html}. */
public class FormatFilter {

    private static final String CSV = "text/csv";

    @ServerRequestFilter(preMatching = true)
    public void chooseFormat(ContainerRequestContext request) {
        String path = request.getUriInfo().getPath();
        if (!path.endsWith("/report") && !path.endsWith("/groups")) {
            return;
        }
        String format = request.getUriInfo().getQueryParameters().getFirst("format");
        String accept = request.getHeaderString(HttpHeaders.ACCEPT);
        request.getHeaders().putSingle(HttpHeaders.ACCEPT, chosen(format, accept == null ? "" : accept));
    }

    private static String chosen(String format, String accept) {
        if (format == null ? accept.contains(CSV) : format.equals("csv")) {
            return CSV;
        }
        boolean html = format == null ? accept.contains(MediaType.TEXT_HTML) : format.equals("html");
        return html ? MediaType.TEXT_HTML : MediaType.APPLICATION_JSON;
    }
}
