package dev.godwit.migration.plan;

import dev.godwit.migration.catalog.Column;
import dev.godwit.migration.catalog.ForeignKey;
import dev.godwit.migration.catalog.Table;
import dev.godwit.migration.definition.DerivedChild;
import dev.godwit.migration.definition.Identifier;
import dev.godwit.migration.definition.SoftReference;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What the catalog alone says against the references of a key: missing columns, types that do not fit, indexes that are not there. */
final class ReferenceFindings {

    private final Scope scope;
    private final List<Finding> findings = new ArrayList<>();

    ReferenceFindings(Scope scope) {
        this.scope = scope;
    }

    List<Finding> find() {
        scope.links().forEach(this::foreignKey);
        scope.links().forEach(this::transitive);
        scope.rekey().references().forEach(this::softReference);
        scope.rekey().children().forEach(this::derivedChild);
        scope.root().foreignKeysTo().stream().filter(key -> !key.enforced()).forEach(this::notEnforced);
        findings.addAll(TableFindings.summary(scope.definition(), scope.root()));
        return findings;
    }

    private void foreignKey(Scope.Link link) {
        ForeignKey key = link.foreignKey();
        Table child = scope.tables().get(key.child());
        for (String column : link.childColumns()) {
            Optional<Column> found = Optional.ofNullable(child).flatMap(table -> table.column(column));
            found.filter(c -> c.generatedStored() || c.generatedVirtual())
                    .ifPresent(c -> findings.add(Finding.refuse(
                            "generated_column",
                            "foreign key " + key.name() + ": " + key.child() + "." + column
                                    + " is a generated column and cannot be set",
                            "migrate the columns that it is generated from")));
            if (child != null && !isIndexed(child, column)) {
                findings.add(missingIndex(child, column, "", "foreign key " + key.name()));
            }
        }
    }

    /** What references a child's rewritten column must be rewritten too, or PostgreSQL must cascade it. */
    private void transitive(Scope.Link link) {
        Table child = scope.tables().get(link.foreignKey().child());
        if (child == null || child.name().equals(scope.root().name())) {
            return;
        }
        for (ForeignKey further : child.foreignKeysTo()) {
            Set<String> columns = new LinkedHashSet<>();
            link.childColumns().forEach(column -> columns.addAll(further.childColumnsFor(column)));
            columns.removeAll(scope.rewrittenColumns(further.child()));
            if (!columns.isEmpty() && further.enforced() && further.onUpdate() != 'c') {
                findings.add(Finding.refuse(
                        "transitive_reference",
                        "foreign key " + further.name() + " of " + further.child() + " references " + child.name()
                                + " by a column that is rewritten: " + String.join(", ", columns),
                        "make it ON UPDATE CASCADE, or drop it while the run lasts"));
            }
        }
    }

    private static boolean isIndexed(Table table, String column) {
        return table.indexes().stream().anyMatch(index -> index.leadsWith(column));
    }

    private static Finding missingIndex(Table table, String column, String method, String what) {
        String concurrently = table.kind() == 'p' ? "" : "CONCURRENTLY ";
        return Finding.warn(
                "missing_index",
                what + ": no index on " + table.name() + " begins with " + column
                        + ", so its rows are found by reading the whole table",
                "CREATE INDEX " + concurrently + "ON " + table.name().quoted() + method + " ("
                        + Identifier.quote(column) + ");");
    }

    private void softReference(SoftReference reference) {
        Table table = scope.tables().get(reference.table());
        if (table == null) {
            return;
        }
        String title = "rekey.references: " + reference.table() + "." + reference.column();
        Optional<Column> found = table.column(reference.column());
        if (found.isEmpty()) {
            findings.add(TableFindings.unknownColumn(table, reference.column(), "rekey.references"));
            return;
        }
        Column column = found.get();
        if (column.generatedStored() || column.generatedVirtual()) {
            findings.add(Finding.refuse(
                    "generated_column",
                    title + " is a generated column and cannot be set",
                    "migrate the columns that it is generated from"));
        }
        if (reference.path().isEmpty() && reference.pattern().isEmpty()) {
            plainReference(table, column, title);
        } else {
            TypeFamily family = TypeFamily.of(column);
            boolean fits = reference.path().isPresent()
                    ? family == TypeFamily.JSON || family == TypeFamily.TEXT
                    : family == TypeFamily.TEXT;
            if (!fits) {
                findings.add(Finding.refuse(
                        "reference_type",
                        title + " is " + column.type() + ", which holds no "
                                + (reference.path().isPresent() ? "JSON" : "text"),
                        reference.path().isPresent()
                                ? "a path needs json, jsonb or JSON kept as text"
                                : "a pattern needs a text column"));
            }
        }
    }

    private void plainReference(Table table, Column column, String title) {
        boolean declaredTwice = scope.foreignKeys().stream()
                .anyMatch(key -> key.child().equals(table.name())
                        && key.childColumnsFor(scope.rekey().key()).contains(column.name()));
        if (declaredTwice) {
            findings.add(Finding.warn(
                    "already_foreign_key", title + " is a foreign key already", "remove it from references"));
        }
        scope.key().ifPresent(key -> referenceType(column, key, title));
        boolean array = column.typeCategory() == 'A';
        boolean indexed = array
                ? table.indexes().stream().anyMatch(index -> index.findsElementsOf(column.name()))
                : isIndexed(table, column.name());
        if (!indexed) {
            findings.add(missingIndex(table, column.name(), array ? " USING gin" : "", title));
        }
    }

    private void referenceType(Column column, Column key, String title) {
        String held = column.typeCategory() == 'A' ? column.bareType().replace("[]", "") : column.bareType();
        TypeFamily heldFamily = TypeFamily.ofType(held);
        TypeFamily keyFamily = TypeFamily.of(key);
        if (held.equals(key.bareType()) || (heldFamily == keyFamily && keyFamily != TypeFamily.OTHER)) {
            return;
        }
        if (heldFamily == TypeFamily.JSON) {
            findings.add(Finding.refuse(
                    "reference_type",
                    title + " is " + column.type() + ", and nothing says where in it the key stands",
                    "add a path, such as path: $.id"));
        } else if (heldFamily == TypeFamily.TEXT || (keyFamily == TypeFamily.TEXT && heldFamily != TypeFamily.OTHER)) {
            findings.add(Finding.warn(
                    "reference_type",
                    title + " is " + column.type() + ", the key is " + key.type() + ": they are compared by their text",
                    "nothing to do if the texts are written the same way"));
        } else {
            findings.add(Finding.refuse(
                    "reference_type",
                    title + " is " + column.type() + " and cannot hold a key of type " + key.type(),
                    "name the column that holds the keys"));
        }
    }

    private void derivedChild(DerivedChild child) {
        boolean references = Stream.concat(
                        scope.foreignKeys().stream().map(ForeignKey::child),
                        scope.rekey().references().stream().map(SoftReference::table))
                .anyMatch(child.table()::equals);
        if (scope.tables().containsKey(child.table()) && !references) {
            findings.add(Finding.refuse(
                    "not_a_child",
                    "rekey.children: " + child.table() + " does not reference "
                            + scope.rekey().table() + "." + scope.rekey().key(),
                    "name a table with a foreign key to it, or declare its reference under references"));
        }
    }

    private void notEnforced(ForeignKey key) {
        Set<String> undeclared =
                new LinkedHashSet<>(key.childColumnsFor(scope.rekey().key()));
        scope.rekey().references().stream()
                .filter(reference -> reference.table().equals(key.child()))
                .map(SoftReference::column)
                .forEach(undeclared::remove);
        for (String column : undeclared) {
            findings.add(Finding.warn(
                    "not_enforced",
                    "foreign key " + key.name() + " of " + key.child()
                            + " is NOT ENFORCED, so it is not followed by itself",
                    "add under references: " + ReferenceLine.column(key.child(), column)));
        }
    }
}
