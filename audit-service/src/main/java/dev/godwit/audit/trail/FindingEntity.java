package dev.godwit.audit.trail;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.util.UUID;

/** Row of table trail_finding. Read only: {@link TrailStore} writes it. */
@Entity(name = "Finding")
@Table(name = "trail_finding")
@IdClass(FindingEntity.Key.class)
class FindingEntity {

    /** What was found where. */
    record Key(String run, String stream, long sequence, String kind, UUID eventId) implements Serializable {}

    @Id
    String run;

    @Id
    String stream;

    @Id
    long sequence;

    @Id
    String kind;

    @Id
    @Column(name = "event_id")
    UUID eventId;

    Finding toFinding() {
        return new Finding(stream, sequence, null, kind);
    }
}
