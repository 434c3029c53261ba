package dev.godwit.cli.demo.onboarding;

import dev.godwit.cli.demo.Sql;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The table as it was at one moment.
 *
 * @param constraints as PostgreSQL writes them, of this table
 * @param columns of this table
 * @param functionSchemas that are there of the definition's
 */
record StateRows(Map<UUID, Row> rows, List<String> constraints, List<String> columns, List<String> functionSchemas) {

    /**
     * One row.
     *
     * @param meaning digest of what the row means, in nine steps when it is of the old form: a million of them are kept
     */
    record Row(StateSums sums, int step, boolean marked, boolean old, UUID meaning) {}

    private static final String ROWS = """
            SELECT id, current_step, step_data::text AS document, answers::text AS answers, resume_url,
                   %s
              FROM onboarding_states
            """.formatted(StateSums.COLUMNS);

    private static final String CONSTRAINTS = """
            SELECT conname || ' ' || pg_get_constraintdef(oid)
              FROM pg_constraint
             WHERE conrelid = 'onboarding_states'::regclass
               AND contype = 'c'
             ORDER BY 1
            """;

    private static final String COLUMNS = """
            SELECT attname
              FROM pg_attribute
             WHERE attrelid = 'onboarding_states'::regclass
               AND attnum > 0
               AND NOT attisdropped
             ORDER BY attnum
            """;

    static StateRows read(Connection connection) throws SQLException {
        Sql sql = new Sql(connection);
        return sql.atOneMoment(() -> {
            Map<UUID, Row> rows = new HashMap<>();
            sql.each(ROWS, row -> rows.put(row.getObject("id", UUID.class), row(row)));
            return new StateRows(
                    rows,
                    sql.texts(CONSTRAINTS),
                    sql.texts(COLUMNS),
                    sql.texts("SELECT nspname FROM pg_namespace WHERE nspname = 'onboarding'"));
        });
    }

    private static Row row(ResultSet row) throws SQLException {
        State state = State.of(
                row.getInt("current_step"),
                row.getString("document"),
                row.getString("answers"),
                row.getString("resume_url"));
        State inNine = state.isOld() ? state.inNineSteps() : state;
        return new Row(StateSums.read(row), state.step(), state.isMarked(), state.isOld(), digest(inNine));
    }

    static UUID digest(State state) {
        return UUID.nameUUIDFromBytes(state.meaning().getBytes(StandardCharsets.UTF_8));
    }

    /** One checksum of all rows, whatever their order. */
    String checksum() {
        return String.format(
                "%016x",
                rows.values().stream().mapToLong(row -> row.sums().bits()).sum());
    }
}
