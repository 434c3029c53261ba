package dev.godwit.migration.plan;

import dev.godwit.migration.catalog.Column;
import dev.godwit.migration.catalog.ForeignKey;
import dev.godwit.migration.catalog.Table;
import dev.godwit.migration.definition.KeyExpression;
import dev.godwit.migration.definition.SoftReference;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.plan.ReadOnly.Answer;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Whether the new keys fit into the key column and into every column that holds it. */
final class FitFindings {

    private static final int UUID_LENGTH = 36;
    private static final Pattern LENGTH = Pattern.compile("character(?: varying)?\\((\\d+)\\)");
    private static final Map<String, BigDecimal> LARGEST = Map.of(
            "smallint", BigDecimal.valueOf(Short.MAX_VALUE),
            "integer", BigDecimal.valueOf(Integer.MAX_VALUE),
            "bigint", BigDecimal.valueOf(Long.MAX_VALUE));

    private final ReadOnly database;
    private final Scope scope;
    private final Column key;

    FitFindings(ReadOnly database, Scope scope, Column key) {
        this.database = database;
        this.scope = scope;
        this.key = key;
    }

    /** A column that will hold new keys. */
    private record Holder(TableName table, Column column) {

        String type() {
            return column.typeCategory() == 'A' ? column.baseType().replace("[]", "") : column.baseType();
        }

        @Override
        public String toString() {
            return table + "." + column.name() + " (" + column.type() + ")";
        }
    }

    private record Extent(Optional<BigDecimal> least, Optional<BigDecimal> greatest, int length) {
        static Extent fromRow(Row row) {
            return new Extent(
                    Optional.ofNullable(row.getString("least")).map(BigDecimal::new),
                    Optional.ofNullable(row.getString("greatest")).map(BigDecimal::new),
                    Optional.ofNullable(row.getInteger("length")).orElse(0));
        }
    }

    Uni<List<Finding>> find() {
        if (scope.rekey().to() instanceof KeyExpression.Uuid5) {
            return Uni.createFrom().item(uuids());
        }
        String expression = ((KeyExpression.Sql) scope.rekey().to()).expression();
        return database.probe(extentQuery(expression), Extent::fromRow).map(this::judge);
    }

    private List<Finding> uuids() {
        TypeFamily family = TypeFamily.of(key);
        if (family != TypeFamily.UUID && family != TypeFamily.TEXT) {
            return List.of(Finding.refuse(
                    "key_type",
                    "rekey.to yields a UUID, but " + scope.root().name() + "." + key.name() + " is " + key.type(),
                    "give an expression that yields " + key.type() + ", or change the column's type first"));
        }
        return tooSmall(new Extent(Optional.empty(), Optional.empty(), UUID_LENGTH));
    }

    private String extentQuery(String expression) {
        TypeFamily family = TypeFamily.of(key);
        String value = "(" + expression + ")";
        String number = family == TypeFamily.INTEGER ? value + "::numeric" : "NULL::numeric";
        // A cast to text with a length would cut silently, and one to a small integer would fail before its extent is
        // known.
        String valid = family == TypeFamily.INTEGER || family == TypeFamily.TEXT ? "1" : value + "::" + key.type();
        return "SELECT min(" + number + ")::text AS least, max(" + number + ")::text AS greatest, max(length(" + value
                + "::text)) AS length, count(" + valid + ") AS valid FROM "
                + scope.root().name().quoted() + " WHERE ("
                + scope.rekey().where() + ")::boolean";
    }

    private List<Finding> judge(Answer<Extent> answer) {
        if (answer instanceof Answer.Rows<Extent> rows) {
            return tooSmall(rows.rows().get(0));
        }
        if (answer instanceof Answer.Refused<Extent> refused) {
            return List.of(Finding.refuse(
                    "invalid_expression",
                    "rekey.to cannot be computed for every row: PostgreSQL says: " + refused.reason(),
                    "limit the entities by where, or let the expression answer NULL for such rows"));
        }
        return List.of(Finding.warn(
                "not_checked",
                "whether all new keys fit into their columns was not checked: computing them took too long",
                "make sure that the columns that hold the key are wide enough"));
    }

    private List<Finding> tooSmall(Extent extent) {
        List<Holder> small = holders().stream()
                .filter(holder -> !fits(holder.type(), extent))
                .toList();
        if (small.isEmpty()) {
            return List.of();
        }
        String what = extent.greatest().isPresent()
                ? "new keys from " + extent.least().orElseThrow().toPlainString() + " to "
                        + extent.greatest().get().toPlainString()
                : "new keys of up to " + extent.length() + " characters";
        return List.of(Finding.refuse(
                "key_too_large",
                what + " do not fit into "
                        + small.stream().map(Holder::toString).collect(Collectors.joining(", ")),
                "change the type of these columns first, or choose smaller keys"));
    }

    private List<Holder> holders() {
        Set<Holder> holders = new LinkedHashSet<>();
        holders.add(new Holder(scope.root().name(), key));
        for (ForeignKey foreignKey : scope.foreignKeys()) {
            foreignKey.childColumnsFor(key.name()).forEach(column -> holder(foreignKey.child(), column)
                    .ifPresent(holders::add));
        }
        for (SoftReference reference : scope.rekey().references()) {
            if (reference.path().isEmpty() && reference.pattern().isEmpty()) {
                holder(reference.table(), reference.column()).ifPresent(holders::add);
            }
        }
        return new ArrayList<>(holders);
    }

    private Optional<Holder> holder(TableName name, String column) {
        return Optional.ofNullable(scope.tables().get(name))
                .flatMap((Table table) -> table.column(column))
                .map(found -> new Holder(name, found));
    }

    private static boolean fits(String type, Extent extent) {
        BigDecimal largest = LARGEST.get(type);
        if (largest != null && extent.greatest().isPresent()) {
            BigDecimal smallest = largest.negate().subtract(BigDecimal.ONE);
            return extent.greatest().get().compareTo(largest) <= 0
                    && extent.least().orElseThrow().compareTo(smallest) >= 0;
        }
        Matcher limited = LENGTH.matcher(type);
        return !limited.matches() || extent.length() <= Integer.parseInt(limited.group(1));
    }
}
