package dev.godwit.cli.bench;

/** Owners of documents become assignments, of which every tenth is there already. Two foreign keys and a check constraint look at each row. */
final class DeriveContest implements Contest {

    @Override
    public String name() {
        return "derive";
    }

    @Override
    public String task() {
        return "documents that get an assignment each, one in ten is there already; two foreign keys, one check constraint, two indexes";
    }

    @Override
    public double target() {
        return 0.7;
    }

    @Override
    public String migration() {
        return "bench-documents-assigned";
    }

    @Override
    public String definition() {
        return """
                migration: bench-documents-assigned
                description: Documents of the benchmark
                derive:
                  from: bench.documents
                  into: bench.assignments
                  identity: [document_id, user_id, role]
                  rows: SELECT entity.id AS document_id, entity.user_id, 'OWNER' AS role FROM entity
                """;
    }

    @Override
    public String template(int entities) {
        return """
                CREATE TABLE bench_template.users AS
                SELECT md5('user ' || n)::uuid AS id FROM generate_series(0, 999) AS n;
                CREATE TABLE bench_template.documents AS
                SELECT md5('document ' || n)::uuid AS id,
                       md5('user ' || n %% 1000)::uuid AS user_id,
                       'Document ' || n AS title,
                       n %% 10 = 0 AS assigned
                  FROM generate_series(1, %d) AS n
                """.formatted(entities);
    }

    @Override
    public String tables() {
        return """
                CREATE TABLE bench.users AS TABLE bench_template.users;
                ALTER TABLE bench.users ADD PRIMARY KEY (id);
                CREATE TABLE bench.documents AS TABLE bench_template.documents;
                ALTER TABLE bench.documents ADD PRIMARY KEY (id), ADD FOREIGN KEY (user_id) REFERENCES bench.users;
                CREATE TABLE bench.assignments (
                    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
                    document_id uuid NOT NULL REFERENCES bench.documents,
                    user_id     uuid NOT NULL REFERENCES bench.users,
                    role        text NOT NULL CHECK (role IN ('OWNER', 'EDITOR', 'VIEWER')),
                    created_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
                    UNIQUE (document_id, user_id, role)
                );
                INSERT INTO bench.assignments (document_id, user_id, role)
                SELECT id, user_id, 'OWNER' FROM bench.documents WHERE assigned
                """;
    }

    @Override
    public String floor() {
        return """
                INSERT INTO bench.assignments (document_id, user_id, role)
                SELECT id, user_id, 'OWNER' FROM bench.documents
                    ON CONFLICT DO NOTHING
                """;
    }

    @Override
    public String undone() {
        return """
                SELECT count(*)
                  FROM bench.documents AS d
                  FULL JOIN bench.assignments AS a ON a.document_id = d.id AND a.user_id = d.user_id AND a.role = 'OWNER'
                 WHERE d.id IS NULL
                    OR a.id IS NULL
                """;
    }
}
