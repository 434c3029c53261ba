package dev.godwit.migration.operation.transform;

import static dev.godwit.migration.definition.Identifier.quote;
import static java.util.stream.Collectors.joining;

import dev.godwit.migration.operation.transform.TransformModel.Changed;
import java.util.LinkedHashMap;
import java.util.Map;

/** What would become of a row, in SQL: what an UPDATE finds out by writing, a plan finds out by computing. */
public final class Foresight {

    /** Code of a row whose new value has no room in its column. */
    private static final String TOO_LONG = "sqlstate_22001";

    /** Code of a row whose new value is null in a column that must not be. */
    private static final String NOT_NULL = "sqlstate_23502";

    /** Code of a row whose new values a check constraint forbids. */
    private static final String CHECKED = "sqlstate_23514";

    /** Code of a row that would be pending after the change as before. */
    public static final String STILL_PENDING = "still_pending";

    /** Code of a row that would violate the constraint that is to come. */
    public static final String VIOLATES_CONSTRAINT = "violates_constraint";

    private final TransformModel model;

    Foresight(TransformModel model) {
        this.model = model;
    }

    /**
     * What becomes of a row that is changed. The innermost select computes the new row from the one that is read, the next what PostgreSQL computes from that; the outermost
     * sees the new row alone, under the table's name. Values are counted first so that each is computed, as an UPDATE does, whether a condition needs it or not.
     */
    String becomes() {
        String computed = model.changed().stream()
                .map(column -> "(" + column.expression() + ")::" + foreseenType(column) + " AS " + quote(column.name()))
                .collect(joining(", "));
        String kept = model.kept().stream()
                .map(column -> ", " + alias() + "." + quote(column) + " AS " + quote(column))
                .collect(joining());
        String row = "(SELECT " + computed + kept + " OFFSET 0) AS " + alias();
        return """
                (SELECT CASE WHEN num_nonnulls(%s) < 0 THEN ''
                %s
                        END
                   FROM %s)""".formatted(
                        model.changed().stream().map(this::qualified).collect(joining(", ")),
                        obstacles().entrySet().stream()
                                .map(obstacle -> "             WHEN " + obstacle.getKey() + " THEN '"
                                        + obstacle.getValue() + "'")
                                .collect(joining("\n")),
                        model.generated().isEmpty() ? row : withGenerated(row));
    }

    /** A cast would cut a value off that an UPDATE refuses. */
    private static String foreseenType(Changed column) {
        return column.lengthMax().isPresent() ? "text" : column.type();
    }

    private String withGenerated(String row) {
        String generated = model.generated().stream()
                .map(column -> ", (" + column.expression() + ")::" + column.type() + " AS " + quote(column.name()))
                .collect(joining());
        return "(SELECT " + alias() + ".*" + generated + " FROM " + row + " OFFSET 0) AS " + alias();
    }

    /** Conditions under which a row cannot be changed, or not for good, and their codes, in the order in which PostgreSQL looks. */
    private Map<String, String> obstacles() {
        Map<String, String> obstacles = new LinkedHashMap<>();
        for (Changed column : model.changed()) {
            column.lengthMax()
                    .ifPresent(length -> obstacles.put(
                            "rtrim(substr(" + qualified(column) + ", " + (length + 1) + "), ' ') <> ''", TOO_LONG));
        }
        String required = model.changed().stream()
                .filter(Changed::notNull)
                .map(this::qualified)
                .collect(joining(", "));
        if (!required.isEmpty()) {
            obstacles.put("num_nulls(" + required + ") > 0", NOT_NULL);
        }
        model.checks().forEach(check -> obstacles.put("NOT (" + check + ")", CHECKED));
        model.definition()
                .constraint()
                .ifPresent(swap -> obstacles.put("NOT ((" + swap.from() + ") OR (" + swap.to() + "))", CHECKED));
        obstacles.putAll(misfits());
        return obstacles;
    }

    /** Conditions under which a row that was changed is put back. */
    private Map<String, String> misfits() {
        Map<String, String> misfits = new LinkedHashMap<>();
        misfits.put("(" + model.definition().pending() + ")", STILL_PENDING);
        model.definition().constraint().ifPresent(swap -> misfits.put("NOT (" + swap.to() + ")", VIOLATES_CONSTRAINT));
        return misfits;
    }

    /** The code of a row that was changed and is no good, else null; over the new row. */
    String misfit() {
        return misfits().entrySet().stream()
                .map(misfit -> "WHEN " + misfit.getKey() + " THEN '" + misfit.getValue() + "'")
                .collect(joining(" ", "CASE ", " END"));
    }

    /** A sentence about a code of this class. */
    public static String sentence(String code) {
        return switch (code) {
            case STILL_PENDING -> "the row would be pending after the change as before";
            case VIOLATES_CONSTRAINT -> "the row would violate the constraint that is to come";
            case TOO_LONG -> "the new value is too long for its column";
            case NOT_NULL -> "the new value is null in a column that must not be";
            case CHECKED -> "a check constraint forbids the new values";
            default -> "PostgreSQL refuses the change";
        };
    }

    private String qualified(Changed column) {
        return alias() + "." + quote(column.name());
    }

    private String alias() {
        return quote(model.root().name());
    }
}
