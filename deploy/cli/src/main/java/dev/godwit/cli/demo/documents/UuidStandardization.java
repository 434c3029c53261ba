package dev.godwit.cli.demo.documents;

import dev.godwit.cli.demo.Application;
import dev.godwit.cli.demo.DemoCase;
import dev.godwit.cli.demo.Proof;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Random ids of documents become deterministic ones, through every kind of reference. */
public final class UuidStandardization implements DemoCase {

    private static final long SEED = 42;

    private final Ledger ledger = new Ledger();

    @Override
    public String name() {
        return "uuid-standardization";
    }

    @Override
    public String entities() {
        return "documents";
    }

    @Override
    public List<String> tables() {
        return Arrays.stream(Relation.values()).map(Relation::table).toList();
    }

    @Override
    public List<String> migrations() {
        return List.of("documents-uuid5");
    }

    @Override
    public List<String> cured() {
        return List.of("generation success", "mismatch", "pipeline consistency", "retrieval success", "wrong-keys");
    }

    @Override
    public String deed() {
        return "every old row moved";
    }

    @Override
    public String load(Connection connection, Path folder, int rows) throws SQLException {
        new ExampleData(connection, folder).load(SEED, rows);
        return String.format(Locale.ROOT, "%,d documents, seed %d", rows, SEED);
    }

    @Override
    public Application application() {
        return new DocumentApplication(ledger);
    }

    @Override
    public Proof proof() {
        return new DocumentProof(ledger);
    }
}
