package dev.godwit.migration.batch;

/** The database cluster is not the one in which the run began, though it knows the run: a restored copy, or an address that leads elsewhere. Nothing is written to it. */
public final class AnotherDatabaseException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public AnotherDatabaseException(String run) {
        super(explain(run));
    }

    /** For whoever has to decide: the reason of the run, which fails. */
    public static String explain(String run) {
        return "another_database: this is not the database cluster in which the run began, so nothing is written to it; mend the address, or, if this is where it shall go on: godwit resume "
                + run;
    }
}
