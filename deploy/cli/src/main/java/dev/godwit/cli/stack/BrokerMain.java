package dev.godwit.cli.stack;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import kafka.Kafka;
import kafka.tools.StorageTool;

/** Main class of the broker's process: formats an empty directory, then runs the broker until it is asked to end. */
public final class BrokerMain {
    /** Where the launcher puts the cluster's id; the broker itself reads it from its formatted directory. */
    static final String CLUSTER_ID = "godwit.cluster.id";

    private BrokerMain() {}

    /** @param arguments the file of the broker's properties */
    public static void main(String[] arguments) throws IOException {
        Properties properties = new Properties();
        try (InputStream in = Files.newInputStream(Path.of(arguments[0]))) {
            properties.load(in);
        }
        if (!Files.exists(Path.of(properties.getProperty("log.dirs"), "meta.properties"))) {
            String id = properties.getProperty(CLUSTER_ID);
            int code = StorageTool.execute(
                    new String[] {"format", "-t", id, "-c", arguments[0], "--ignore-formatted"}, System.out);
            if (code != 0) {
                System.exit(code);
            }
        }
        Kafka.main(arguments);
    }
}
