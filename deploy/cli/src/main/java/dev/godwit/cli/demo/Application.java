package dev.godwit.cli.demo;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * The application under migration. At first its old code runs; the newer code that replaces it later writes the new form only.
 *
 * <p>It knows nothing of Godwit. What the database has acknowledged to it stands in its ledger, by which the {@link Proof} of the case judges.
 */
public interface Application {

    /** One thread's part of the application; no other writes what this one does. */
    interface Worker {

        /**
         * Does one write and enters it in the ledger after the COMMIT has answered.
         *
         * @param connection in auto-commit mode, and given back so
         * @param choice what to do, from 0 to 99
         * @param newCode whether the old code has been retired
         * @return what kind of write it was
         * @throws SQLException when nothing was written: of a collision, the caller repeats the same choice
         */
        String write(Connection connection, int choice, boolean newCode) throws SQLException;
    }

    /** Something that the traffic met, counted; {@code what} says it to people. */
    record Met(String name, String what, long count) {}

    /** The part of the application that has this share of the users; reads what it will remember. Empty when there are too few users. */
    Optional<Worker> worker(Connection connection, int share, int shares, SplittableRandom random) throws SQLException;

    /** The same application, of which no old code is left. */
    default Application onNewCode() {
        Application whole = this;
        return new Application() {
            @Override
            public Optional<Worker> worker(Connection connection, int share, int shares, SplittableRandom random)
                    throws SQLException {
                return whole.worker(connection, share, shares, random)
                        .map(worker -> (on, choice, newCode) -> worker.write(on, choice, true));
            }

            @Override
            public long writes() {
                return whole.writes();
            }

            @Override
            public List<Met> met(TrafficCounts counts) {
                return whole.met(counts);
            }

            @Override
            public String retirement() {
                return whole.retirement();
            }
        };
    }

    /** Acknowledged writes so far. */
    long writes();

    /** What is worth telling of its writes, in the order in which people read it. */
    List<Met> met(TrafficCounts counts);

    /** What is true from the moment on at which the old code was retired. */
    String retirement();
}
