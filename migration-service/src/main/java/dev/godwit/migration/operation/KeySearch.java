package dev.godwit.migration.operation;

import dev.godwit.migration.definition.SoftReference;
import java.util.List;

/**
 * The search for columns that hold keys although nothing declares it; of interest where keys change.
 *
 * @param key column of the root whose values are searched for
 * @param declared references that need not be found
 */
public record KeySearch(String key, List<SoftReference> declared) {
    public KeySearch {
        declared = List.copyOf(declared);
    }
}
