package dev.godwit.migration.definition;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a migration does, one record per kind; the kind is also the key of the file's section. */
public sealed interface OperationDefinition
        permits RekeyDefinition, TransformDefinition, DeriveDefinition, ImportDefinition, SchemaDefinition {

    /** The kind as files, REST and events spell it. */
    String kind();

    /** The table whose rows are the entities. */
    TableName table();

    /** Every table that the definition names, the root first. */
    Set<TableName> tables();

    /** Name of the configured database that the root is in, where that is not the application's; its table is then none of {@link #tables}. */
    default Optional<String> source() {
        return table().source();
    }

    /** Those whose keys change, so that the tables that refer to them by foreign keys matter too. */
    Set<TableName> rekeyedTables();

    /** Files beside the definition that belong to it, by name. */
    default Map<String, String> attachments() {
        return Map.of();
    }

    /** What must be in the catalog once the migration is applied, as far as the definition says so. */
    default Provides provides() {
        return Provides.NOTHING;
    }

    /** Whether it acts on entities, so that keys, limits, a rate and following mean something. */
    default boolean hasEntities() {
        return true;
    }

    /** What {@code kinds} makes of this kind. */
    <R> R byKind(Kinds<R> kinds);

    /** One answer per kind: whoever asks by kind does not compile before it has thought of a new one. */
    interface Kinds<R> {

        R rekey(RekeyDefinition definition);

        R transform(TransformDefinition definition);

        R derive(DeriveDefinition definition);

        R imports(ImportDefinition definition);

        R schema(SchemaDefinition definition);
    }
}
