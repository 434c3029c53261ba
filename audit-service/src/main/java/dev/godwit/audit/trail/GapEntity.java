package dev.godwit.audit.trail;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.time.OffsetDateTime;

/** Row of table trail_gap. Read only: {@link Gaps} writes it. */
@Entity(name = "Gap")
@Table(name = "trail_gap")
@IdClass(GapEntity.Key.class)
class GapEntity {

    /** Where a gap begins. */
    record Key(String run, String stream, long first) implements Serializable {}

    @Id
    String run;

    @Id
    String stream;

    @Id
    long first;

    boolean forgotten;

    @Column(name = "filled_at")
    OffsetDateTime filledAt;

    Finding toFinding() {
        return new Finding(stream, first, null, Finding.FORGOTTEN);
    }
}
