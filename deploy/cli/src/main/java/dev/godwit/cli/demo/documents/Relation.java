package dev.godwit.cli.demo.documents;

/**
 * A table of the example, and how to read it so that two moments can be compared although ids changed in between.
 *
 * <p>Each query answers three columns: {@code key}, the row's primary key; {@code hash}, MD5 of the whole row; {@code leads_to}, the documents (and
 * chunks) that the row is or refers to, named by content, in order. An id that belongs to no document is named {@code dangling:ID}.
 */
enum Relation {
    USERS("users", """
            SELECT id AS key, md5(t::text) AS hash, '{}'::text[] AS leads_to
              FROM users AS t
            """),
    DOCUMENTS("documents", """
            SELECT id AS key, md5(t::text) AS hash, ARRAY[user_id || ':' || lower(file_sha256)] AS leads_to
              FROM documents AS t
            """),
    CHUNKS("document_chunks", """
            SELECT t.id AS key, md5(t::text) AS hash,
                   ARRAY[coalesce(d.user_id || ':' || lower(d.file_sha256) || '#' || t.chunk_no, 'dangling:' || t.document_id)] AS leads_to
              FROM document_chunks AS t
              LEFT JOIN documents AS d ON d.id = t.document_id
            """),
    ANNOTATIONS("annotations", """
            SELECT t.id AS key, md5(t::text) AS hash,
                   ARRAY[coalesce(d.user_id || ':' || lower(d.file_sha256) || '#' || c.chunk_no, 'dangling:' || t.chunk_id)] AS leads_to
              FROM annotations AS t
              LEFT JOIN document_chunks AS c ON c.id = t.chunk_id
              LEFT JOIN documents AS d ON d.id = c.document_id
            """),
    SEARCH_LOG("search_log", """
            SELECT t.id AS key, md5(t::text) AS hash,
                   CASE WHEN t.document_id IS NULL
                        THEN '{}'
                        ELSE ARRAY[coalesce(d.user_id || ':' || lower(d.file_sha256), 'dangling:' || t.document_id)]
                   END AS leads_to
              FROM search_log AS t
              LEFT JOIN documents AS d ON d.id = t.document_id
            """),
    WORKSPACES("workspaces", """
            SELECT t.id AS key, md5(t::text) AS hash,
                   ARRAY(SELECT coalesce(d.user_id || ':' || lower(d.file_sha256), 'dangling:' || pin.id)
                           FROM unnest(t.pinned_documents) WITH ORDINALITY AS pin (id, position)
                           LEFT JOIN documents AS d ON d.id = pin.id
                          ORDER BY pin.position) AS leads_to
              FROM workspaces AS t
            """),
    SETTINGS("settings", """
            SELECT t.user_id AS key, md5(t::text) AS hash,
                   CASE WHEN t.payload ->> 'last_document' IS NULL
                        THEN '{}'
                        ELSE ARRAY[coalesce(d.user_id || ':' || lower(d.file_sha256), 'dangling:' || (t.payload ->> 'last_document'))]
                   END AS leads_to
              FROM settings AS t
              LEFT JOIN documents AS d ON d.id = (t.payload ->> 'last_document')::uuid
            """),
    ACTIVITY("activity", """
            SELECT t.id AS key, md5(t::text) AS hash,
                   CASE WHEN named.id IS NULL
                        THEN '{}'
                        ELSE ARRAY[coalesce(d.user_id || ':' || lower(d.file_sha256), 'dangling:' || named.id)]
                   END AS leads_to
              FROM activity AS t
             CROSS JOIN LATERAL (SELECT substring(t.resource_path FROM 'documents/([0-9a-f-]{36})/')::uuid AS id) AS named
              LEFT JOIN documents AS d ON d.id = named.id
            """),
    COMMENTS("comments", """
            SELECT t.id AS key, md5(t::text) AS hash,
                   CASE WHEN t.target_type <> 'document'
                        THEN '{}'
                        ELSE ARRAY[coalesce(d.user_id || ':' || lower(d.file_sha256), 'dangling:' || t.target_id)]
                   END AS leads_to
              FROM comments AS t
              LEFT JOIN documents AS d ON d.id = t.target_id
            """),
    PREVIEWS("document_previews", """
            SELECT t.id AS key, md5(t::text) AS hash,
                   ARRAY[coalesce(d.user_id || ':' || lower(d.file_sha256), 'dangling:' || t.document_id)] AS leads_to
              FROM document_previews AS t
              LEFT JOIN documents AS d ON d.id = t.document_id
            """);

    private final String table;
    private final String query;

    Relation(String table, String query) {
        this.table = table;
        this.query = query;
    }

    String table() {
        return table;
    }

    String query() {
        return query;
    }
}
