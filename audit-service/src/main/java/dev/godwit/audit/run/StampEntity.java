package dev.godwit.audit.run;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.OffsetDateTime;
import java.util.UUID;

/** Row of table stamp. Read only: {@link RunStore} writes it. */
@Entity(name = "Stamp")
@Table(name = "stamp")
class StampEntity {

    @Id
    @Column(name = "event_id")
    UUID eventId;

    String migration;
    String state;

    @Column(name = "definition_hash")
    String definitionHash;

    @Column(name = "requested_by")
    String requestedBy;

    String reason;

    @Column(name = "command_id")
    String commandId;

    @Column(name = "occurred_at")
    OffsetDateTime occurredAt;

    Stamp toStamp() {
        return new Stamp(
                eventId, migration, state, definitionHash, requestedBy, reason, commandId, occurredAt.toInstant());
    }
}
