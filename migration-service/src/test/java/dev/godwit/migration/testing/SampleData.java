package dev.godwit.migration.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.Assumptions;

/**
 * Dumps of real databases, kept outside the project. Found by the system property {@code godwit.test.data}, else in a folder {@code shared/data} beside the
 * project or one of its parents. Tests that need one are skipped, saying so, where there is none.
 */
public final class SampleData {

    private static final String PROPERTY = "godwit.test.data";

    private static final Logger LOG = Logger.getLogger(SampleData.class);

    private SampleData() {}

    /** Loads the dump into a fresh database and answers its name; statements that fail are passed over. Skips the test where the dump is absent. */
    public static String load(String fileName) {
        Optional<Path> file = find(fileName);
        Assumptions.assumeTrue(
                file.isPresent(),
                "skipped: no " + fileName + " in a folder shared/data beside the project, nor in -D" + PROPERTY);
        String database = TestPostgres.freshDatabase(fileName.replaceAll("\\..*", ""));
        run(database, file.orElseThrow());
        return database;
    }

    private static Optional<Path> find(String fileName) {
        String configured = System.getProperty(PROPERTY);
        if (configured != null) {
            return Optional.of(Path.of(configured, fileName)).filter(Files::isReadable);
        }
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            Path candidate = folder.resolve("shared").resolve("data").resolve(fileName);
            if (Files.isReadable(candidate)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }

    private static void run(String database, Path dump) {
        try (Connection connection = TestPostgres.connect(database);
                Statement statement = connection.createStatement();
                InputStream content = new GZIPInputStream(Files.newInputStream(dump))) {
            statement.setEscapeProcessing(false);
            List<String> failures = new ArrayList<>();
            for (String sql : DumpStatements.split(new String(content.readAllBytes(), StandardCharsets.UTF_8))) {
                executeLeniently(statement, sql).ifPresent(failures::add);
            }
            LOG.debugf("%s: %d statements passed over: %s", dump.getFileName(), failures.size(), failures);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SQLException e) {
            throw new IllegalStateException("loading " + dump + ": " + e.getMessage(), e);
        }
    }

    // Some dumps want extensions or roles that this server has not; what else they hold is still of use.
    private static Optional<String> executeLeniently(Statement statement, String sql) {
        try {
            statement.execute(sql);
            return Optional.empty();
        } catch (SQLException e) {
            return Optional.of(e.getMessage());
        }
    }
}
