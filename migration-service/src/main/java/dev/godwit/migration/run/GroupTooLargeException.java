package dev.godwit.migration.run;

import dev.godwit.migration.operation.DuplicateGroups;

/** So many rows want one place that they cannot be decided together: most often what their keys are computed from is empty in all of them. */
final class GroupTooLargeException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    GroupTooLargeException(long size, String example) {
        super(
                "group_too_large: %d rows want one new key or place, among them %s; more than %d cannot be decided together. Leave them out with 'where', or compute it from more columns; cancel this run and start another"
                        .formatted(size, example, DuplicateGroups.MEMBERS_MAX),
                null,
                false,
                false);
    }
}
