package dev.godwit.migration.operation;

import dev.godwit.migration.catalog.Column;

/** Types that make of a value what a column will hold. */
public final class LooseCast {

    private LooseCast() {}

    /** The type to cast to. An explicit cast to a length cuts a longer value off, where an INSERT refuses it; so lengths are left out. */
    public static String of(Column column) {
        String array = column.bareType().endsWith("[]") ? "[]" : "";
        String element = column.bareType().substring(0, column.bareType().length() - array.length());
        String cast =
                switch (element) {
                    case "character varying" -> "character varying";
                    case "character" -> "bpchar";
                    case "bit", "bit varying" -> "bit varying";
                    default -> "";
                };
        return cast.isEmpty() ? column.type() : cast + array;
    }
}
