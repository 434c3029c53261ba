package dev.godwit.cli.bench;

/** Documents whose {@code jsonb} gets another shape. A check constraint looks at the result, a trigger stamps each row, an index is in the way of HOT updates. */
final class TransformContest implements Contest {

    private static final String PENDING = "meta -> 'schema' IS NULL";
    private static final String NEW_META =
            "jsonb_build_object('schema', 2, 'size', jsonb_build_object('pages', meta -> 'pages'), 'tags', meta -> 'tags', 'about', meta - 'pages' - 'tags')";

    @Override
    public String name() {
        return "transform";
    }

    @Override
    public String task() {
        return "documents whose jsonb is restructured; one check constraint, one trigger per row, two indexes";
    }

    @Override
    public double target() {
        return 0.75;
    }

    @Override
    public String migration() {
        return "bench-documents-restructured";
    }

    @Override
    public String definition() {
        return """
                migration: bench-documents-restructured
                description: Documents of the benchmark
                transform:
                  table: bench.documents
                  pending: "%s"
                  set:
                    meta: "%s"
                  writers: old
                """.formatted(PENDING, NEW_META);
    }

    @Override
    public String template(int entities) {
        return """
                CREATE TABLE bench_template.documents AS
                SELECT md5('document ' || n)::uuid AS id,
                       md5('user ' || n %% 1000)::uuid AS user_id,
                       'Document ' || n AS title,
                       jsonb_build_object('pages', n %% 300, 'language', 'en', 'tags', jsonb_build_array('a', n %% 7, 'c'), 'author', repeat('name ', 10)) AS meta,
                       timestamptz '2024-01-01 00:00:00+00' + n * interval '1 minute' AS updated_at
                  FROM generate_series(1, %d) AS n
                """.formatted(entities);
    }

    @Override
    public String tables() {
        return """
                CREATE TABLE bench.documents AS TABLE bench_template.documents;
                ALTER TABLE bench.documents ADD PRIMARY KEY (id), ALTER meta SET NOT NULL, ADD CHECK (jsonb_typeof(meta) = 'object');
                CREATE INDEX ON bench.documents (user_id);
                CREATE FUNCTION bench.stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.updated_at := clock_timestamp(); RETURN NEW; END $$;
                CREATE TRIGGER stamp BEFORE UPDATE ON bench.documents FOR EACH ROW EXECUTE FUNCTION bench.stamp()
                """;
    }

    @Override
    public String floor() {
        return "UPDATE bench.documents SET meta = " + NEW_META + " WHERE " + PENDING;
    }

    @Override
    public String undone() {
        return """
                SELECT count(*)
                  FROM bench.documents AS d
                  FULL JOIN bench_template.documents AS t USING (id)
                 WHERE d.meta IS DISTINCT FROM %s
                """.formatted(NEW_META.replace("meta", "t.meta"));
    }
}
