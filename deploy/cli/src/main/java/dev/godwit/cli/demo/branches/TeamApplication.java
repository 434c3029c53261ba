package dev.godwit.cli.demo.branches;

import dev.godwit.cli.demo.Application;
import dev.godwit.cli.demo.Sql;
import dev.godwit.cli.demo.TrafficCounts;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;

/** Accounts sign up, make projects and write documents, whatever branches come and go around their tables. */
final class TeamApplication implements Application {

    private static final String LEARN = "SELECT id FROM public.projects ORDER BY md5(id::text) LIMIT 500";

    private final WrittenRows ledger;

    TeamApplication(WrittenRows ledger) {
        this.ledger = ledger;
    }

    @Override
    public Optional<Worker> worker(Connection connection, int share, int shares, SplittableRandom random)
            throws SQLException {
        List<UUID> projects = new Sql(connection).query(LEARN, row -> row.getObject("id", UUID.class));
        return Optional.of(new Team(ledger, projects, random));
    }

    /** One thread's part. It changes documents of its own only. */
    private static final class Team implements Worker {

        private final WrittenRows ledger;
        private final List<UUID> projects;
        private final List<UUID> documents = new ArrayList<>();
        private final SplittableRandom random;

        Team(WrittenRows ledger, List<UUID> projects, SplittableRandom random) {
            this.ledger = ledger;
            this.projects = projects;
            this.random = random;
        }

        @Override
        public String write(Connection connection, int choice, boolean newCode) throws SQLException {
            Sql sql = new Sql(connection);
            if (choice < 15) {
                signUp(sql);
                return "sign-ups";
            } else if (choice < 30 && !documents.isEmpty()) {
                rename(sql);
                return "documents renamed";
            } else if (choice < 45) {
                UUID id = id();
                insert(sql, CoreTable.TAGS, id, any(projects), "word " + random.nextInt(1000));
                return "tags";
            }
            writeDocument(sql);
            return "documents written";
        }

        /** Account, user and first project: one after the other, as an application without transactions does it. */
        private void signUp(Sql sql) throws SQLException {
            UUID account = id();
            UUID project = id();
            insert(sql, CoreTable.ACCOUNTS, account, "Account " + account);
            insert(sql, CoreTable.USERS, id(), account, account + "@example.org");
            insert(sql, CoreTable.PROJECTS, project, account, "First project");
            projects.add(project);
        }

        private void writeDocument(Sql sql) throws SQLException {
            UUID document = id();
            insert(sql, CoreTable.DOCUMENTS, document, any(projects), "Untitled");
            insert(sql, CoreTable.DOCUMENT_VERSIONS, id(), document, 1, "Once upon a time");
            documents.add(document);
        }

        private void rename(Sql sql) throws SQLException {
            UUID document = any(documents);
            String sum = sql.texts(
                            "UPDATE public.documents SET title = ? WHERE id = ? RETURNING " + CoreTable.DOCUMENTS.sum(),
                            "Title " + random.nextInt(1_000_000),
                            document)
                    .get(0);
            ledger.written(CoreTable.DOCUMENTS, document, sum);
        }

        private void insert(Sql sql, CoreTable table, Object... values) throws SQLException {
            String sum = sql.texts(table.insert(), values).get(0);
            ledger.written(table, (UUID) values[0], sum);
        }

        private UUID id() {
            return new UUID(random.nextLong(), random.nextLong());
        }

        private UUID any(List<UUID> ids) {
            return ids.get(random.nextInt(ids.size()));
        }
    }

    @Override
    public long writes() {
        return ledger.writes();
    }

    @Override
    public List<Met> met(TrafficCounts counts) {
        return List.of(counts.collisions());
    }

    @Override
    public String retirement() {
        return "";
    }
}
