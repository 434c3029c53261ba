package dev.godwit.migration.batch;

import dev.godwit.migration.catalog.Table;
import dev.godwit.migration.definition.OperationDefinition;
import dev.godwit.migration.definition.RekeyDefinition;
import dev.godwit.migration.definition.SchemaDefinition;
import dev.godwit.migration.definition.TableName;
import dev.godwit.migration.definition.TransformDefinition;
import java.util.Map;

/** From what a file says to what a run does: the one place of the engine that knows which kinds there are. */
public final class Operations {

    private Operations() {}

    /**
     * Compiles a definition.
     *
     * @param tables the tables that it names, those that refer to them, and their leaf partitions
     * @param serverVersion as in {@code server_version_num}
     */
    public static Operation compile(OperationDefinition definition, Map<TableName, Table> tables, int serverVersion) {
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
            public Operation schema(SchemaDefinition schema) {
                return Schema.of(schema);
            }
        });
    }
}
