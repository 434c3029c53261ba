package dev.godwit.migration.plan;

import dev.godwit.migration.catalog.Table;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Which names tell that a number is a key of a table: customer_id, billing_customer_id, customerId, customers, but not customer_count. */
final class NumberNames {

    private static final List<String> ENDINGS =
            List.of("", "id", "ids", "key", "keys", "no", "nr", "ref", "refs", "fk");
    private static final int GENERIC_LENGTH_MAX = 4;

    private final String singular;
    private final String plural;
    private final String key;
    private final boolean generic;

    NumberNames(Table root, String key) {
        String table = plain(root.name().name());
        this.plural = table.endsWith("s") ? table : table + "s";
        this.singular = table.endsWith("s") ? table.substring(0, table.length() - 1) : table;
        this.key = plain(key);
        this.generic = !key.contains("_") && key.length() <= GENERIC_LENGTH_MAX;
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replace("_", "").replace("-", "");
    }

    boolean tell(String name) {
        String found = plain(name);
        if (!generic && found.equals(key)) {
            return true;
        }
        return ENDINGS.stream()
                .anyMatch(ending -> found.endsWith(singular + ending) || found.endsWith(plural + ending));
    }

    /** In a text, the table's name before a number: customers/5, customer:5. */
    Pattern inText() {
        return Pattern.compile("(?i)(?<![A-Za-z0-9])((?:" + Pattern.quote(plural) + "|" + Pattern.quote(singular)
                + ")[/:=#-])([0-9]{1,18})(?![0-9])");
    }

    /** The same for PostgreSQL, as a coarse sieve. */
    String sieve() {
        return "(" + singular.replaceAll("[^a-z0-9]", ".") + ")s?[/:=#-][0-9]";
    }
}
