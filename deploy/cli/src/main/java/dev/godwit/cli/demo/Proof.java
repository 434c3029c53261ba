package dev.godwit.cli.demo;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Compares what tables, ledger, journal and audit trail say. The application is at rest, but for the first reading. */
public interface Proof {

    /** When the tables are read. */
    enum Moment {
        BEFORE,
        THERE,
        BACK
    }

    /**
     * What became of the rows of one table, from before to after the way back.
     *
     * @param identical to the last bit
     * @param created by the traffic
     * @param changed by the traffic
     * @param diverged left as it is by the rollback because the traffic had changed it, or what it leads to
     */
    record Tally(
            String table,
            int identical,
            int created,
            int changed,
            int diverged,
            String checksumBefore,
            String checksumNow) {}

    /** Reads every row of every table as of one moment, and answers how many there are. The connection is given back in auto-commit mode. */
    int read(Moment moment, Connection connection) throws SQLException;

    /** What must be true after the way there, judged from the application's side alone. */
    List<Check> there(Connection connection) throws SQLException;

    /** Whether journal and audit trail say the same of the way there. */
    List<Check> toldThere(Flown flown) throws SQLException, IOException;

    /** What must be true after the way back. */
    List<Check> back(Connection connection) throws SQLException;

    /** Whether the audit trail names what the way back has left, and nothing else. */
    List<Check> toldBack(Flown flown) throws SQLException, IOException;

    /** Figures of the way there by which people judge it. */
    default List<Figure> figures(Flown flown) throws IOException {
        return List.of();
    }

    List<Tally> tallies();

    /** Says more about the rollback than its tables do, to people and to programs. */
    default void tellMore(Steps steps, ObjectNode rollback) {}
}
