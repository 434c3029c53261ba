package dev.godwit.migration.catalog;

/** Something that was named is not in the database. The message is for people and says what is there instead, if anything is similar. */
public final class CatalogException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String code;
    private final String remedy;

    public CatalogException(String code, String message, String remedy) {
        super(message, null, false, false);
        this.code = code;
        this.remedy = remedy;
    }

    /** Stable snake_case code: {@code unknown_table}. */
    public String code() {
        return code;
    }

    /** The way out. */
    public String remedy() {
        return remedy;
    }
}
