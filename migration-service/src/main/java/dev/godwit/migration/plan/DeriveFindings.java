package dev.godwit.migration.plan;

import dev.godwit.migration.catalog.CatalogException;
import dev.godwit.migration.catalog.CatalogReader;
import dev.godwit.migration.catalog.Table;
import dev.godwit.migration.definition.Definition;
import dev.godwit.migration.definition.DeriveDefinition;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.definition.WatchedTable;
import dev.godwit.migration.operation.derive.DeriveCompiler;
import dev.godwit.migration.operation.derive.DeriveMisfits;
import dev.godwit.migration.sql.PgErrors;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What stands in the way of a derive, or should be known before it. */
final class DeriveFindings {

    private final SqlConnection connection;
    private final ReadOnly database;
    private final String role;
    private final Definition definition;
    private final DeriveDefinition derive;
    private final TableRights rights;
    private final Map<TableName, Table> tables = new LinkedHashMap<>();
    private final List<Finding> findings = new ArrayList<>();

    DeriveFindings(
            SqlConnection connection, ReadOnly database, String role, Definition definition, DeriveDefinition derive) {
        this.connection = connection;
        this.database = database;
        this.role = role;
        this.definition = definition;
        this.derive = derive;
        this.rights = new TableRights(database, role);
    }

    /** Each step is taken only when the one before has found nothing that would make it stumble. */
    Uni<List<Finding>> find() {
        return Multi.createFrom()
                .iterable(derive.tables())
                .onItem()
                .transformToUniAndConcatenate(this::look)
                .onItem()
                .ignoreAsUni()
                .chain(() -> unlessRefused(this::structure))
                .chain(() -> unlessRefused(this::query))
                .replaceWith(findings);
    }

    private interface Step {
        Uni<Void> take();
    }

    private Uni<Void> unlessRefused(Step step) {
        return findings.stream().anyMatch(Finding::refuses) ? Uni.createFrom().voidItem() : step.take();
    }

    private Uni<Void> look(TableName name) {
        return database.transaction(() -> new CatalogReader().table(connection, name))
                .invoke(table -> tables.put(name, table))
                .onFailure(CatalogException.class)
                .recoverWithItem(failure -> {
                    findings.add(Finding.refuse(
                            failure.code(), place(name) + ": " + failure.getMessage(), failure.remedy()));
                    return null;
                })
                .replaceWithVoid();
    }

    private String place(TableName name) {
        if (name.equals(derive.from())) {
            return "derive.from";
        }
        return name.equals(derive.into()) ? "derive.into" : "derive.watch";
    }

    private boolean isPublished(TableName name) {
        return name.equals(derive.from())
                || derive.watch().stream().map(WatchedTable::table).anyMatch(name::equals);
    }

    private Uni<Void> structure() {
        findings.addAll(TableFindings.summary(definition, tables.get(derive.from())));
        return Multi.createFrom()
                .iterable(tables.values())
                .onItem()
                .transformToUniAndConcatenate(table -> {
                    boolean published = isPublished(table.name());
                    findings.addAll(new RelationFindings(table, role).find(place(table.name()), published));
                    return database.transaction(() -> rights.missing(table, privileges(table.name()), published));
                })
                .onItem()
                .invoke(findings::addAll)
                .onItem()
                .ignoreAsUni()
                .chain(() -> database.transaction(() -> rights.rules(tables.get(derive.into()), "3", "4")))
                .invoke(findings::addAll)
                .replaceWithVoid();
    }

    /** Entities are locked while what they lack is inserted, and rows while they are taken back: that takes UPDATE. */
    private List<String> privileges(TableName name) {
        if (name.equals(derive.into())) {
            return List.of("SELECT", "INSERT", "UPDATE", "DELETE");
        }
        return name.equals(derive.from()) ? List.of("SELECT", "UPDATE") : List.of("SELECT");
    }

    private Uni<Void> query() {
        return database.transaction(() -> connection
                        .query(DeriveCompiler.describe(derive))
                        .execute()
                        .map(RowSet::columnsNames))
                .onFailure(failure -> PgErrors.sqlState(failure).isPresent())
                .recoverWithItem(failure -> {
                    findings.add(Finding.refuse(
                            "invalid_expression",
                            "derive.rows: PostgreSQL says: " + PgErrors.describe(failure),
                            "correct the query; 'entity' has the columns of " + derive.from()));
                    return List.of();
                })
                .chain(columns -> unlessRefused(() -> fits(columns)).chain(() -> unlessRefused(() -> ask(columns))));
    }

    private Uni<Void> ask(List<String> columns) {
        return new DeriveQuestions(database, definition, derive)
                .ask(DeriveCompiler.compile(derive, tables, columns), role)
                .invoke(findings::addAll)
                .replaceWithVoid();
    }

    private Uni<Void> fits(List<String> columns) {
        new DeriveMisfits(derive, tables, columns)
                .find()
                .forEach(misfit -> findings.add(Finding.refuse(misfit.code(), misfit.message(), misfit.remedy())));
        Table into = tables.get(derive.into());
        return database.transaction(() -> new InsertFindings(database, rights, role)
                        .find(into, columns, "derive.rows", "add the column to the query"))
                .invoke(findings::addAll)
                .replaceWithVoid();
    }
}
