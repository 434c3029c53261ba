package dev.godwit.audit.run;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.OffsetDateTime;
import java.util.UUID;

/** Row of table rejection. Read only: {@link RunStore} writes it. */
@Entity(name = "Rejection")
@Table(name = "rejection")
class RejectionEntity {

    @Id
    @Column(name = "event_id")
    UUID eventId;

    @Column(name = "command_id")
    String commandId;

    String type;
    String migration;
    String run;
    String code;
    String message;

    @Column(name = "requested_by")
    String requestedBy;

    @Column(name = "occurred_at")
    OffsetDateTime occurredAt;

    Rejection toRejection() {
        return new Rejection(
                eventId, commandId, type, migration, run, code, message, requestedBy, occurredAt.toInstant());
    }
}
