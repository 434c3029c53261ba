package dev.godwit.cli.demo.onboarding;

import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Checksums of one row, as PostgreSQL computes them over the text of its columns: JSON to the byte, {@code jsonb} by what it says.
 *
 * @param state of the columns that the migration writes, and of the one that PostgreSQL computes from them
 * @param rest of all others, but for the one that comes by a migration of its own
 */
record StateSums(String state, String rest) {

    static final StateSums NONE = new StateSums("", "");

    /** The columns {@code state_sum} and {@code rest_sum}. */
    static final String COLUMNS = """
            md5(ROW(current_step, step_data, answers::text, resume_url, progress)::text) AS state_sum,
                   md5(ROW(id, user_id, note, updated_at)::text) AS rest_sum""";

    static StateSums read(ResultSet row) throws SQLException {
        return new StateSums(row.getString("state_sum"), row.getString("rest_sum"));
    }

    /** 64 bits of both, to be summed up over a table. */
    long bits() {
        return Long.parseUnsignedLong(state, 0, 16, 16) ^ Long.rotateLeft(Long.parseUnsignedLong(rest, 0, 16, 16), 1);
    }
}
