package dev.godwit.migration.api;

import jakarta.ws.rs.core.Application;
import org.eclipse.microprofile.openapi.annotations.OpenAPIDefinition;
import org.eclipse.microprofile.openapi.annotations.info.Info;
import org.eclipse.microprofile.openapi.annotations.info.License;

/** Title and description of the REST interface. */
@OpenAPIDefinition(
        info =
                @Info(
                        title = "Godwit migration-service",
                        version = "0.1.0",
                        description =
                                "Non-stop data migrations for PostgreSQL. Failures are problem details (RFC 9457) with a stable code.",
                        license = @License(name = "Apache-2.0", url = "https://www.apache.org/licenses/LICENSE-2.0")))
public class RestApplication extends Application {}
