package dev.godwit.migration.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.godwit.migration.definition.DefinitionError;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A migration as REST shows it.
 *
 * @param errors mistakes in its file, which keeps its last good definition
 * @param definition text of the file, where one migration is shown alone
 */
@Schema(name = "Migration")
public record MigrationView(
        String name,
        String description,

        @Schema(description = "Kind of operation", examples = "rekey")
        String operation,

        List<String> dependsOn,

        @Schema(description = "sha256: and the digest of the file")
        String hash,

        String file,

        @Schema(enumeration = {"unapplied", "running", "applied", "rolled-back", "drifted"})
        String state,

        List<DefinitionError> errors,
        @JsonInclude(JsonInclude.Include.NON_NULL) String definition) {}
