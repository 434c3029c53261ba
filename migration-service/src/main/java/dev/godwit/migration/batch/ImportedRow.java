package dev.godwit.migration.batch;

import dev.godwit.migration.blob.BlobCopies.Blob;
import dev.godwit.migration.definition.Uuid5;
import dev.godwit.migration.operation.imports.ImportModel;
import dev.godwit.migration.operation.imports.ImportModel.Value;
import dev.godwit.migration.operation.imports.ImportSourceSql;
import io.vertx.mutiny.sqlclient.Row;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A row of the source as the target gets to know it.
 *
 * @param texts what the target needs for the values, in its order; empty for a row out of scope
 */
record ImportedRow(String key, boolean inScope, List<String> texts, Optional<Blob> blob) {

    /** @throws TooLargeException where the row was left out, since it is too much together with those before it, or by itself */
    static ImportedRow fromRow(Row row, ImportModel model) {
        String key = row.getString("key");
        if (row.getInteger("bytes") != null) {
            throw TooLargeException.ofValues(model.root().toString(), row.getInteger("bytes"));
        }
        if (!row.getBoolean("in_scope")) {
            return new ImportedRow(key, false, List.of(), Optional.empty());
        }
        Iterator<String> read = Arrays.asList(row.getArrayOfStrings("texts")).iterator();
        List<String> texts = new ArrayList<>();
        model.values().forEach(value -> add(texts, value, read));
        return new ImportedRow(
                key, true, texts, model.definition().blobs().flatMap(blobs -> blob(key, blobs.store(), read)));
    }

    /** The same without its values, for one that is judged and will not be written. */
    ImportedRow withoutTexts() {
        return new ImportedRow(key, inScope, List.of(), blob);
    }

    /** What names a row of the target, of the texts of these values. */
    static List<String> names(Row row, List<Value> naming) {
        Iterator<String> read = Arrays.asList(row.getArrayOfStrings("texts")).iterator();
        List<String> names = new ArrayList<>();
        naming.forEach(value -> add(names, value, read));
        return names;
    }

    private static void add(List<String> texts, Value value, Iterator<String> read) {
        if (ImportSourceSql.isUuid5(value)) {
            texts.add(uuid5(read.next(), read.next()));
            return;
        }
        for (int slot = 0; slot < value.slots(); slot++) {
            texts.add(read.next());
        }
    }

    private static String uuid5(String namespace, String name) {
        return namespace == null || name == null
                ? null
                : Uuid5.of(UUID.fromString(namespace), name).toString();
    }

    private static Optional<Blob> blob(String key, String store, Iterator<String> read) {
        String path = read.next();
        String sha256 = read.next();
        String size = read.next();
        return path == null
                ? Optional.empty()
                : Optional.of(new Blob(
                        key, path, sha256 == null ? "" : sha256, size == null ? -1 : Long.parseLong(size), store));
    }
}
