package dev.godwit.migration.plan;

import dev.godwit.migration.catalog.Column;
import dev.godwit.migration.catalog.ForeignKey;
import dev.godwit.migration.catalog.Table;
import dev.godwit.migration.definition.Definition;
import dev.godwit.migration.definition.DerivedChild;
import dev.godwit.migration.definition.OnDuplicate;
import dev.godwit.migration.definition.RekeyDefinition;
import dev.godwit.migration.definition.SoftReference;
import dev.godwit.migration.definition.TableName;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A rekey and the tables that it touches, as far as they exist.
 *
 * @param tables root, children and referencing tables by name; a declared table that does not exist is not among them
 */
record Scope(Definition definition, RekeyDefinition rekey, Table root, Map<TableName, Table> tables) {

    Scope {
        Objects.requireNonNull(definition);
        tables = Collections.unmodifiableMap(new LinkedHashMap<>(tables));
    }

    Optional<Column> key() {
        return root.column(rekey.key());
    }

    boolean merges() {
        return rekey.onDuplicate() == OnDuplicate.MERGE;
    }

    /** A foreign key that follows a rewritten column of its parent. */
    record Link(ForeignKey foreignKey, String parentColumn) {

        List<String> childColumns() {
            return foreignKey.childColumnsFor(parentColumn);
        }
    }

    /** Foreign keys that carry the key of the root, those that PostgreSQL enforces. */
    List<ForeignKey> foreignKeys() {
        return enforced(root, rekey.key()).map(Link::foreignKey).toList();
    }

    /** Foreign keys that carry the key of the root or of a derived child. */
    List<Link> links() {
        Stream<Link> toRoot = enforced(root, rekey.key());
        Stream<Link> toChildren = rekey.children().stream()
                .filter(child -> tables.containsKey(child.table()))
                .flatMap(child -> enforced(tables.get(child.table()), child.key()));
        return Stream.concat(toRoot, toChildren).toList();
    }

    private static Stream<Link> enforced(Table parent, String column) {
        return parent.foreignKeysTo().stream()
                .filter(ForeignKey::enforced)
                .map(key -> new Link(key, column))
                .filter(link -> !link.childColumns().isEmpty());
    }

    /** Whether the table is published while a run lasts, which takes ownership. */
    boolean isPublished(TableName table) {
        return table.equals(rekey.table())
                || rekey.references().stream().map(SoftReference::table).anyMatch(table::equals)
                || rekey.children().stream().map(DerivedChild::table).anyMatch(table::equals);
    }

    /** Whether the table gets a trigger that translates old keys, which takes ownership. */
    boolean isAliased(TableName table) {
        return rekey.aliases()
                && links().stream().anyMatch(link -> link.foreignKey().child().equals(table));
    }

    /** The columns of a table that a run rewrites. */
    Set<String> rewrittenColumns(TableName table) {
        Set<String> columns = new LinkedHashSet<>();
        if (table.equals(rekey.table())) {
            columns.add(rekey.key());
        }
        links().stream()
                .filter(link -> link.foreignKey().child().equals(table))
                .forEach(link -> columns.addAll(link.childColumns()));
        rekey.references().stream()
                .filter(reference -> reference.table().equals(table))
                .forEach(reference -> columns.add(reference.column()));
        rekey.children().stream()
                .filter(child -> child.table().equals(table))
                .map(DerivedChild::key)
                .forEach(columns::add);
        return columns;
    }
}
