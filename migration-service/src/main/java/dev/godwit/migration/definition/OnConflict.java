package dev.godwit.migration.definition;

import java.util.List;
import java.util.Objects;

/**
 * What becomes of a row of the source whose place in the target is taken.
 *
 * @param columns by which a row of the target takes the place; empty for its primary key
 * @param reason code of the outcome
 */
public record OnConflict(List<String> columns, Then then, String reason) {

    /** The reason when the file gives none. */
    public static final String TAKEN = "already_there";

    /** When the file says nothing. */
    public static final OnConflict DEFAULT = new OnConflict(List.of(), Then.CONFLICT, TAKEN);

    public OnConflict {
        columns = List.copyOf(columns);
        Objects.requireNonNull(then);
        Objects.requireNonNull(reason);
    }

    /** What is done about it. */
    public enum Then {
        /** The row that is there stays as it is, and somebody has to decide. */
        CONFLICT,
        /** The row that is there stays as it is, and that is all right. */
        SKIP,
        /** The row that is there becomes what the source says, unless another row of the source has become it. */
        UPDATE
    }
}
