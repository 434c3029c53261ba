package dev.godwit.audit.run;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.OffsetDateTime;

/** Row of table run. Read only: {@link RunStore} writes it. Never leaves its repository. */
@Entity(name = "Run")
@Table(name = "run")
class RunEntity {

    @Id
    String id;

    String migration;
    String operation;
    String mode;
    String state;

    @Column(name = "previous_state")
    String previousState;

    String reason;

    @Column(name = "requested_by")
    String requestedBy;

    @Column(name = "command_id")
    String commandId;

    @Column(name = "definition_hash")
    String definitionHash;

    @Column(name = "created_at")
    OffsetDateTime createdAt;

    @Column(name = "updated_at")
    OffsetDateTime updatedAt;

    @Column(name = "ended_at")
    OffsetDateTime endedAt;

    @Column(name = "touched_at")
    OffsetDateTime touchedAt;

    long version;
    String counts;

    @Column(name = "run_references")
    String references;

    String progress;

    @Column(name = "throttle_reason")
    String throttleReason;

    String plan;
    String verification;
    String streams;

    @Column(name = "as_of")
    String asOf;

    Run toRun() {
        return new Run(
                id,
                migration,
                operation,
                mode,
                state,
                previousState,
                reason,
                requestedBy,
                commandId,
                definitionHash,
                createdAt.toInstant(),
                updatedAt.toInstant(),
                endedAt == null ? null : endedAt.toInstant(),
                version,
                Json.parse(counts),
                Json.parse(references),
                Json.parse(progress),
                new Run.Throttle(throttleReason),
                Json.parse(plan),
                Json.parse(verification),
                asOf,
                streams == null ? null : StreamEnd.parse(streams));
    }
}
