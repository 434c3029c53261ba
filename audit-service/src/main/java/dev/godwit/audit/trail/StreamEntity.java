package dev.godwit.audit.trail;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.time.OffsetDateTime;
import java.util.HexFormat;

/** Row of table trail_stream. Read only: {@link TrailStore} writes it. */
@Entity(name = "Stream")
@Table(name = "trail_stream")
@IdClass(StreamEntity.Key.class)
class StreamEntity {

    /** A stream's place. */
    record Key(String run, String stream) implements Serializable {}

    @Id
    String run;

    @Id
    String stream;

    String lane;
    long events;
    long outcomes;

    @Column(name = "last_sequence")
    long lastSequence;

    @Column(name = "last_hash")
    byte[] lastHash;

    @Column(name = "touched_at")
    OffsetDateTime touchedAt;

    StreamState toState() {
        return new StreamState(
                stream, lane, events, outcomes, lastSequence, HexFormat.of().formatHex(lastHash));
    }
}
