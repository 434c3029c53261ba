package dev.godwit.audit.access;

import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.NonBlocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.NewCookie;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestQuery;

/** Logging in to the dashboard, and out. The form itself is taken by Quarkus. */
@Path("/")
@Produces(MediaType.TEXT_HTML)
public class LoginResource {

    private static final String COOKIE = "godwit-session";

    /** The templates, checked when the service is built. */
    @CheckedTemplate(basePath = "")
    static final class Pages {

        private Pages() {}

        static native TemplateInstance login(boolean failed);
    }

    @GET
    @NonBlocking
    @Path("login")
    @Operation(hidden = true)
    public TemplateInstance login(@RestQuery Optional<String> failed) {
        return Pages.login(failed.isPresent());
    }

    @POST
    @NonBlocking
    @Path("logout")
    @Operation(hidden = true)
    public Response logout() {
        return Response.seeOther(URI.create("/login"))
                .cookie(new NewCookie.Builder(COOKIE)
                        .path("/")
                        .maxAge(0)
                        .httpOnly(true)
                        .build())
                .build();
    }
}
