package dev.godwit.audit.trail;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.io.Serializable;

/** Row of table tally. Read only: {@link TrailStore} writes it. */
@Entity(name = "Tally")
@Table(name = "tally")
@IdClass(TallyEntity.Key.class)
class TallyEntity {

    /** What is counted. */
    record Key(String run, String table, boolean entity, String outcome, String reason) implements Serializable {}

    @Id
    String run;

    @Id
    @Column(name = "table_name")
    String table;

    @Id
    boolean entity;

    @Id
    String outcome;

    @Id
    String reason;

    long count;

    Tally toTally() {
        return new Tally(table, entity, outcome, reason.isEmpty() ? null : reason, count);
    }
}
