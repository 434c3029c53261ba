package dev.godwit.cli.demo.documents;

/**
 * What an id leads to, named by what no migration changes.
 *
 * <p>A million of them are kept, so it is two fields and not a text.
 *
 * @param document as {@link Content#toString()} writes it, or {@code dangling:ID} when the id belongs to no document
 * @param chunk number of the document's chunk, or {@link #WHOLE}
 */
record Target(String document, int chunk) {

    /** The document itself. */
    static final int WHOLE = -1;

    private static final String DANGLING = "dangling:";

    static Target of(Content content) {
        return new Target(content.toString(), WHOLE);
    }

    static Target of(Content content, int chunk) {
        return new Target(content.toString(), chunk);
    }

    /** Reads what the queries of {@link Relation} answer. */
    static Target parse(String text) {
        int hash = text.indexOf('#');
        return hash < 0
                ? new Target(text, WHOLE)
                : new Target(text.substring(0, hash), Integer.parseInt(text.substring(hash + 1)));
    }

    boolean dangles() {
        return document.startsWith(DANGLING);
    }

    /** The document; only for a target that does not dangle. */
    Content content() {
        return Content.parse(document);
    }

    @Override
    public String toString() {
        return chunk == WHOLE ? document : document + "#" + chunk;
    }
}
