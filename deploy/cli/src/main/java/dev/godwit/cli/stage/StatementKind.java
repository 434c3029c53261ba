package dev.godwit.cli.stage;

/** What is done with a statement of a dump. */
enum StatementKind {
    /** Rows, in the statement. */
    INSERT,
    /** Rows, in the lines behind the statement. */
    COPY,
    /** A table or what tables need; when it fails, so does everything. */
    STRUCTURE,
    /** Of use, but the rows are whole without it; when it fails it is left out, and told. */
    EXTRA,
    /** Made where the database lacks it. */
    EXTENSION,
    /** A schema; the ones that things go to are ours to make. */
    SCHEMA,
    /** Says where unqualified names are looked for. */
    SEARCH_PATH,
    /** A setting that decides how texts are read; checked or passed on. */
    SETTING,
    /** Left out, and told: it would act by itself, or it is about people, or it belongs to the whole database. */
    LEFT_OUT,
    /** Without any meaning in a schema that is new. */
    SKIPPED,
    /** No statement that a dump of one schema could have. */
    REFUSED
}
