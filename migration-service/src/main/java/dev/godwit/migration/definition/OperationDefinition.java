package dev.godwit.migration.definition;

/** What a migration does, one record per kind; the kind is also the key of the file's section. */
public sealed interface OperationDefinition permits RekeyDefinition {

    /** The kind as files, REST and events spell it. */
    String kind();
}
