package dev.godwit.migration.chunk;

/** VACUUM FULL, CLUSTER or TRUNCATE gave the table a new heap: block ranges cut before mean nothing any more, so the remainder is cut anew. */
final class HeapRewrittenException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    HeapRewrittenException(String relation) {
        super(relation + " was rewritten while the run was reading it");
    }
}
