package dev.godwit.audit.run;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.OffsetDateTime;
import java.util.UUID;

/** Row of table run_event. Read only: {@link RunStore} writes it. */
@Entity(name = "RunEvent")
@Table(name = "run_event")
class RunEventEntity {

    @Id
    @Column(name = "event_id")
    UUID eventId;

    String run;
    long version;
    boolean transition;
    String state;

    @Column(name = "previous_state")
    String previousState;

    String reason;

    @Column(name = "requested_by")
    String requestedBy;

    @Column(name = "occurred_at")
    OffsetDateTime occurredAt;

    Transition toTransition() {
        return new Transition(state, previousState, reason, requestedBy, version, occurredAt.toInstant());
    }
}
