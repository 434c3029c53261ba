package dev.godwit.audit.access;

import io.quarkus.oidc.OidcSession;
import io.quarkus.qute.CheckedTemplate;
import io.quarkus.qute.TemplateInstance;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
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

/** Logging in to the dashboard, and out. The form itself is taken by Quarkus, and so is whoever comes back from a provider. */
@Path("/")
@Produces(MediaType.TEXT_HTML)
public class LoginResource {

    private static final String COOKIE = "godwit-session";

    /** The templates, checked when the service is built. */
    @CheckedTemplate(basePath = "")
    static final class Pages {

        private Pages() {}

        static native TemplateInstance login(boolean failed, boolean provider);
    }

    private final boolean provider;
    private final OidcSession session;

    @Inject
    LoginResource(AccessConfig config, OidcSession session) {
        this.provider = config.oidc().hasLogin();
        this.session = session;
    }

    @GET
    @NonBlocking
    @Path("login")
    @Operation(hidden = true)
    public TemplateInstance login(@RestQuery Optional<String> failed) {
        return Pages.login(failed.isPresent(), provider);
    }

    @POST
    @NonBlocking
    @Path("logout")
    @Operation(hidden = true)
    public Uni<Response> logout() {
        Uni<Void> left = provider ? session.logout() : Uni.createFrom().voidItem();
        return left.map(gone -> toLogin());
    }

    private static Response toLogin() {
        return Response.seeOther(URI.create("/login"))
                .cookie(new NewCookie.Builder(COOKIE)
                        .path("/")
                        .maxAge(0)
                        .httpOnly(true)
                        .build())
                .build();
    }
}
