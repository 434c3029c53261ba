package dev.godwit.migration.api;

import io.vertx.core.json.JsonObject;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Problem details of RFC 9457. */
@Schema(description = "Problem details (RFC 9457)")
public record Problem(
        @Schema(examples = "about:blank") String type,
        @Schema(description = "The status in words") String title,
        int status,

        @Schema(description = "What is wrong with this request, and the way out")
        String detail,

        @Schema(description = "Stable code; see the reference of errors", examples = "unknown_run")
        String code) {

    static final String MEDIA_TYPE = "application/problem+json";

    static Problem of(Response.StatusType status, String code, String detail) {
        return new Problem("about:blank", status.getReasonPhrase(), status.getStatusCode(), detail, code);
    }

    Response toResponse() {
        JsonObject body = new JsonObject()
                .put("type", type)
                .put("title", title)
                .put("status", status)
                .put("detail", detail)
                .put("code", code);
        return Response.status(status)
                .type(MediaType.valueOf(MEDIA_TYPE))
                .entity(body.encode())
                .build();
    }
}
