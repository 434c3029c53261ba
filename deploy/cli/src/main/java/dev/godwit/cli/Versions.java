package dev.godwit.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** Versions of Godwit and of the parts of the local stack, as fixed at build time. */
public final class Versions implements IVersionProvider {
    private static final Properties ALL = load();

    /** @param part one of {@code godwit}, {@code postgresql}, {@code kafka}, {@code debezium} */
    public static String of(String part) {
        return ALL.getProperty(part);
    }

    @Override
    public String[] getVersion() {
        return new String[] {
            "godwit " + of("godwit"),
            "local stack: PostgreSQL " + of("postgresql") + ", Kafka " + of("kafka") + ", Debezium " + of("debezium")
        };
    }

    private static Properties load() {
        Properties properties = new Properties();
        try (InputStream in = Versions.class.getResourceAsStream("versions.properties")) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties;
    }
}
