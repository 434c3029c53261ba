package dev.godwit.cli.demo;

/**
 * A figure by which people judge a case.
 *
 * @param name what it is about, such as a migration
 * @param what what was counted, as in "imported"
 * @param of out of how many; zero when that says nothing
 */
public record Figure(String name, String what, long count, long of) {

    /** Share in percent; 100 of nothing. */
    double percent() {
        return of == 0 ? 100.0 : 100.0 * count / of;
    }
}
