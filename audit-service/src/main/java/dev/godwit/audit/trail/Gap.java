package dev.godwit.audit.trail;

/**
 * Events that are missing from the trail.
 *
 * @param stream {@link #LIFE} where the life of the run itself is meant, {@link #ALL} where it is not known which streams are missing
 * @param first number of the first missing event of the stream
 * @param last number of the last; the version of the run for its life, the number of streams for all of them
 * @param asked how often they were asked for again
 * @param forgotten whether migration-service no longer has them, or not all
 */
public record Gap(String run, String stream, long first, long last, int asked, boolean forgotten) {

    /** Stands for what a run tells of itself. */
    public static final String LIFE = "";

    /** Stands for all streams of a run. */
    public static final String ALL = "*";

    /** One that nobody has been asked about. */
    static Gap found(String run, String stream, long first, long last) {
        return new Gap(run, stream, first, last, 0, false);
    }

    /** How many events are missing, where that is known. */
    public long events() {
        return last - first + 1;
    }
}
