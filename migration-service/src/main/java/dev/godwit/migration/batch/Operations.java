package dev.godwit.migration.batch;

import dev.godwit.migration.catalog.Table;
import dev.godwit.migration.definition.DeriveDefinition;
import dev.godwit.migration.definition.ImportDefinition;
import dev.godwit.migration.definition.OperationDefinition;
import dev.godwit.migration.definition.RekeyDefinition;
import dev.godwit.migration.definition.SchemaDefinition;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.definition.TransformDefinition;
import dev.godwit.migration.operation.derive.DeriveCompiler;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** From what a file says to what a run does: the one place of the engine that knows which kinds there are. */
public final class Operations {

    private Operations() {}

    /**
     * Compiles a definition.
     *
     * @param tables the tables that it names, those that refer to them, and their leaf partitions
     * @param serverVersion as in {@code server_version_num}
     * @param columns what the query of {@link #described} yields; none where there is no such query
     * @param elsewhere the root and its leaf partitions, where they are in another database; else empty
     * @param outside what operations reach beyond the application's database
     */
    public static Operation compile(
            OperationDefinition definition,
            Map<TableName, Table> tables,
            int serverVersion,
            List<String> columns,
            Map<TableName, Table> elsewhere,
            Outside outside) {
        return definition.byKind(new OperationDefinition.Kinds<Operation>() {
            @Override
            public Operation rekey(RekeyDefinition rekey) {
                return Rekey.compile(rekey, tables);
            }

            @Override
            public Operation transform(TransformDefinition transform) {
                return Transform.compile(transform, tables, serverVersion);
            }

            @Override
            public Operation derive(DeriveDefinition derive) {
                return Derive.compile(derive, tables, columns);
            }

            @Override
            public Operation imports(ImportDefinition imported) {
                return Import.compile(imported, elsewhere.isEmpty() ? tables : elsewhere, tables, outside);
            }

            @Override
            public Operation schema(SchemaDefinition schema) {
                return Schema.of(schema);
            }
        });
    }

    /** A query of the definition whose columns must be known before it is compiled, such that it yields no row; the names are PostgreSQL's to tell. */
    public static Optional<String> described(OperationDefinition definition) {
        return definition instanceof DeriveDefinition derive
                ? Optional.of(DeriveCompiler.describe(derive))
                : Optional.empty();
    }
}
