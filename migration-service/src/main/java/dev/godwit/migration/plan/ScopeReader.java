package dev.godwit.migration.plan;

import dev.godwit.migration.catalog.CatalogException;
import dev.godwit.migration.catalog.CatalogReader;
import dev.godwit.migration.catalog.ForeignKey;
import dev.godwit.migration.catalog.Table;
import dev.godwit.migration.definition.Definition;
import dev.godwit.migration.definition.DerivedChild;
import dev.godwit.migration.definition.RekeyDefinition;
import dev.godwit.migration.definition.SoftReference;
import dev.godwit.migration.definition.TableName;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads the tables that a definition touches. */
final class ScopeReader {

    private final CatalogReader catalog = new CatalogReader();

    /** The scope, empty when there is no root table; what does not exist is a finding. */
    record Read(Optional<Scope> scope, List<Finding> findings) {}

    private record Looked(TableName name, Optional<Table> table, Optional<Finding> finding) {}

    Uni<Read> read(SqlConnection connection, Definition definition, RekeyDefinition rekey) {
        return look(connection, rekey.table(), "rekey.table")
                .chain(root -> root.table().isEmpty()
                        ? Uni.createFrom()
                                .item(new Read(
                                        Optional.empty(),
                                        root.finding().stream().toList()))
                        : others(connection, definition, rekey, root.table().get()));
    }

    private Uni<Read> others(SqlConnection connection, Definition definition, RekeyDefinition rekey, Table root) {
        Map<TableName, String> declared = new LinkedHashMap<>();
        rekey.references().stream()
                .map(SoftReference::table)
                .forEach(name -> declared.putIfAbsent(name, "rekey.references"));
        rekey.children().stream()
                .map(DerivedChild::table)
                .forEach(name -> declared.putIfAbsent(name, "rekey.children"));
        Set<TableName> names = new LinkedHashSet<>(declared.keySet());
        root.foreignKeysTo().stream().map(ForeignKey::child).forEach(names::add);
        names.remove(rekey.table());
        return lookAll(connection, names, declared)
                .chain(children -> grandchildren(connection, rekey, children)
                        .map(more ->
                                Stream.concat(children.stream(), more.stream()).toList()))
                .map(looked -> toRead(definition, rekey, root, looked));
    }

    /** Tables that reference the derived keys of children. */
    private Uni<List<Looked>> grandchildren(SqlConnection connection, RekeyDefinition rekey, List<Looked> children) {
        Set<TableName> derived =
                rekey.children().stream().map(DerivedChild::table).collect(Collectors.toSet());
        Set<TableName> names = new LinkedHashSet<>();
        children.stream()
                .filter(child -> derived.contains(child.name()))
                .flatMap(child -> child.table().stream())
                .flatMap(table -> table.foreignKeysTo().stream())
                .map(ForeignKey::child)
                .forEach(names::add);
        names.remove(rekey.table());
        children.forEach(child -> names.remove(child.name()));
        return lookAll(connection, names, Map.of());
    }

    private Uni<List<Looked>> lookAll(SqlConnection connection, Set<TableName> names, Map<TableName, String> declared) {
        return Multi.createFrom()
                .iterable(names)
                .onItem()
                .transformToUniAndConcatenate(name -> look(connection, name, declared.getOrDefault(name, "")))
                .collect()
                .asList();
    }

    private static Read toRead(Definition definition, RekeyDefinition rekey, Table root, List<Looked> looked) {
        Map<TableName, Table> tables = new LinkedHashMap<>();
        tables.put(rekey.table(), root);
        List<Finding> findings = new ArrayList<>();
        for (Looked each : looked) {
            each.table().ifPresent(table -> tables.put(each.name(), table));
            each.finding().ifPresent(findings::add);
        }
        return new Read(Optional.of(new Scope(definition, rekey, root, tables)), findings);
    }

    private Uni<Looked> look(SqlConnection connection, TableName name, String key) {
        return catalog.table(connection, name)
                .map(table -> new Looked(name, Optional.of(table), Optional.empty()))
                .onFailure(CatalogException.class)
                .recoverWithItem(failure -> missing(name, key, failure));
    }

    private static Looked missing(TableName name, String key, CatalogException e) {
        String where = key.isEmpty() ? "" : key + ": ";
        return new Looked(
                name, Optional.empty(), Optional.of(Finding.refuse(e.code(), where + e.getMessage(), e.remedy())));
    }
}
