package dev.godwit.migration.catalog;

import dev.godwit.migration.definition.Spelling;
import dev.godwit.migration.definition.TableName;
import java.util.List;
import java.util.stream.Collectors;

/** The way out when a table does not exist: what was probably meant. */
final class SimilarTables {

    private static final int SAME_NAME_MAX = 3;

    private SimilarTables() {}

    static String hint(TableName wanted, List<TableName> existing) {
        String sameName = existing.stream()
                .filter(table -> table.name().equalsIgnoreCase(wanted.name()))
                .limit(SAME_NAME_MAX)
                .map(TableName::toString)
                .collect(Collectors.joining(" or "));
        if (!sameName.isEmpty()) {
            return "did you mean " + sameName + "? Names are spelled as in the catalog, upper and lower case matter";
        }
        List<String> names = existing.stream().map(TableName::toString).toList();
        return Spelling.closest(wanted.toString(), names)
                .map(guess -> "did you mean " + guess + "?")
                .orElse("write schema.table as the catalog spells it, or create the table first");
    }
}
