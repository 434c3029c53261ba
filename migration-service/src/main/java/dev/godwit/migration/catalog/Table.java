package dev.godwit.migration.catalog;

import dev.godwit.migration.definition.TableName;
import java.util.List;
import java.util.Optional;

/**
 * A relation as the catalog describes it at one moment.
 *
 * @param kind {@code relkind}: r table, p partitioned table, v view, m materialized view, f foreign table, …
 * @param partition whether it is itself a partition of another table
 * @param leaves OIDs of the heaps that hold its rows: the leaf partitions of a partitioned table, else the table itself
 * @param foreignKeysTo every foreign key that references this table or a partitioned table above it, each once, at the root of partitioning; NOT ENFORCED ones too
 * @param userTriggers triggers that users made, those of leaf partitions included; disabled ones too
 * @param rowSecurityApplies whether row-level security limits what the current role sees
 * @param replicaIdentity {@code relreplident}: d, n, f or i
 * @param relfilenode changes when the heap is rewritten
 * @param estimatedRows planner's estimate over all leaves, at least 0
 * @param pages blocks over all leaves, as they are now
 * @param ownedByMe whether the current role owns it or is a member of its owner
 * @param persistence p permanent, u unlogged, t temporary
 * @param checks check constraints that rows written from now on must meet, valid or not
 * @param inheritanceChildren direct children by old-style inheritance, partitions not included
 */
public record Table(
        long oid,
        TableName name,
        char kind,
        boolean partition,
        Optional<Long> parentPartition,
        List<Long> leaves,
        List<Column> columns,
        Optional<Index> primaryKey,
        List<Index> indexes,
        List<ForeignKey> foreignKeysTo,
        List<Trigger> userTriggers,
        boolean rowSecurity,
        boolean rowSecurityForced,
        boolean rowSecurityApplies,
        char replicaIdentity,
        long relfilenode,
        double estimatedRows,
        long pages,
        boolean hasRules,
        boolean ownedByMe,
        char persistence,
        List<Check> checks,
        List<TableName> inheritanceChildren) {

    /** A check constraint; {@code condition} is SQL over the table's columns. */
    public record Check(String name, String condition) {}

    public Table {
        leaves = List.copyOf(leaves);
        columns = List.copyOf(columns);
        indexes = List.copyOf(indexes);
        foreignKeysTo = List.copyOf(foreignKeysTo);
        userTriggers = List.copyOf(userTriggers);
        checks = List.copyOf(checks);
        inheritanceChildren = List.copyOf(inheritanceChildren);
    }

    /** The same table, known to be in that database. */
    public Table in(Optional<String> source) {
        return source.isEmpty()
                ? this
                : new Table(
                        oid,
                        name.in(source),
                        kind,
                        partition,
                        parentPartition,
                        leaves,
                        columns,
                        primaryKey,
                        indexes,
                        foreignKeysTo,
                        userTriggers,
                        rowSecurity,
                        rowSecurityForced,
                        rowSecurityApplies,
                        replicaIdentity,
                        relfilenode,
                        estimatedRows,
                        pages,
                        hasRules,
                        ownedByMe,
                        persistence,
                        checks,
                        inheritanceChildren);
    }

    /** The column of a primary key that has one only. */
    public Optional<String> primaryKeyColumn() {
        return primaryKey.map(Index::columns).filter(names -> names.size() == 1).map(names -> names.get(0));
    }

    /** The column of exactly this name. */
    public Optional<Column> column(String columnName) {
        return columns.stream()
                .filter(column -> column.name().equals(columnName))
                .findFirst();
    }
}
