package dev.godwit.migration.definition;

import java.util.Objects;

/** How a new key is computed from a row: SQL fragments over the row's columns, without comments, balanced, free of semicolons. */
public sealed interface KeyExpression {

    /**
     * A name-based UUID (RFC 9562 version 5) of two SQL expressions.
     *
     * @param namespaceSql expression that yields the namespace, castable to uuid; a literal ends in {@code ::uuid}
     * @param nameSql expression that yields the name, castable to text
     */
    record Uuid5(String namespaceSql, String nameSql) implements KeyExpression {
        public Uuid5 {
            Objects.requireNonNull(namespaceSql);
            Objects.requireNonNull(nameSql);
        }
    }

    /** Any SQL expression. */
    record Sql(String expression) implements KeyExpression {
        public Sql {
            Objects.requireNonNull(expression);
        }
    }
}
