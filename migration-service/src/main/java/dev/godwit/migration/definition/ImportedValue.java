package dev.godwit.migration.definition;

import java.util.Objects;
import java.util.Optional;

/** What a column of an imported row gets. */
public sealed interface ImportedValue {

    /** The value of an expression over the source's row. */
    record Computed(KeyExpression by) implements ImportedValue {
        public Computed {
            Objects.requireNonNull(by);
        }
    }

    /**
     * The key that another import has given to a row of its source.
     *
     * @param migration the other import
     * @param keySql SQL expression over the source's row that names the other row; where it is NULL, so is the value
     * @param otherwiseSql what the value is instead while the other row has not been imported; without it the row waits
     */
    record Identity(String migration, String keySql, Optional<String> otherwiseSql) implements ImportedValue {
        public Identity {
            Objects.requireNonNull(migration);
            Objects.requireNonNull(keySql);
            Objects.requireNonNull(otherwiseSql);
        }
    }
}
