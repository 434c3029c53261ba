package dev.godwit.cli.stack;

import dev.godwit.cli.Failure;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Command lines of the JVMs that the stack consists of: small heaps, quick start, and behind the application and its database when there are not enough processors for all.
 */
final class JavaCommand {
    /** Environment variable or system property with a whole {@code -javaagent:} argument, for coverage of the services. */
    private static final String AGENT = "GODWIT_JACOCO_AGENT";

    /** Environment variable with options for all of them, with blanks between; what it says wins. */
    private static final String OPTIONS = "GODWIT_JAVA_OPTIONS";

    /** Environment variable: how much they stand back, from 0, as everybody else, to 19. */
    private static final String NICE = "GODWIT_NICE";

    private static final String NICE_DEFAULT = "15";

    /** Linux shares processors between sessions first and between the processes of each only then: a session of its own has to stand back as a whole. */
    private static final String STAND_BACK =
            "{ echo \"$1\" > /proc/self/autogroup; } 2> /dev/null; nice=$1; shift; exec nice -n \"$nice\" \"$@\"";

    private final List<String> words = new ArrayList<>();

    private JavaCommand(String heap) {
        String nice = System.getenv().getOrDefault(NICE, NICE_DEFAULT);
        if (!nice.matches("1?[0-9]")) {
            throw Failure.usage(NICE + " is '" + nice + "': it must be a number from 0 to 19");
        }
        if (!nice.matches("0?0")) {
            words.addAll(List.of("sh", "-c", STAND_BACK, "godwit", nice));
        }
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.add("-Xmx" + heap);
        words.addAll(List.of("-XX:+UseSerialGC", "-Xshare:auto", "-XX:+ExitOnOutOfMemoryError"));
        Stream.of(System.getenv().getOrDefault(OPTIONS, "").split(" "))
                .filter(option -> !option.isBlank())
                .forEach(words::add);
    }

    static JavaCommand withHeap(String heap) {
        return new JavaCommand(heap);
    }

    JavaCommand property(String name, String value) {
        words.add("-D" + name + "=" + value);
        return this;
    }

    /** Looks for names of hosts in that file and nowhere else; no file: as the machine does. */
    JavaCommand naming(Detour detour) {
        return detour == null || detour.hosts() == null
                ? this
                // What it reads there is not remembered, so that a change is seen at once; that a name is unknown is,
                // for 10 s, as everywhere.
                : property("jdk.net.hosts.file", detour.hosts()).property("sun.net.inetaddr.ttl", "0");
    }

    /** Measures coverage in this process when the caller's environment asks for it. */
    JavaCommand measured() {
        String agent = System.getProperty(AGENT, System.getenv(AGENT));
        if (agent != null && agent.startsWith("-javaagent:")) {
            words.add(agent);
        }
        return this;
    }

    List<String> main(String classPath, String mainClass, Path argument) {
        words.addAll(List.of("-cp", classPath, mainClass, argument.toString()));
        return List.copyOf(words);
    }

    List<String> jar(Path jar) {
        words.addAll(List.of("-jar", jar.toString()));
        return List.copyOf(words);
    }

    /** Kafka and Connect log through slf4j-simple to standard error, which the launcher sends to the log. */
    JavaCommand logging() {
        return property("org.slf4j.simpleLogger.defaultLogLevel", "info")
                .property("org.slf4j.simpleLogger.showDateTime", "true")
                .property("org.slf4j.simpleLogger.dateTimeFormat", "yyyy-MM-dd'T'HH:mm:ss.SSSZ")
                // These repeat a line several times per second as long as all is well.
                .property("org.slf4j.simpleLogger.log.org.apache.kafka.connect.runtime.WorkerSourceTask", "warn")
                .property(
                        "org.slf4j.simpleLogger.log.org.apache.kafka.connect.runtime.AbstractWorkerSourceTask", "warn")
                .property("org.slf4j.simpleLogger.log.org.apache.kafka.clients", "warn")
                .property("org.slf4j.simpleLogger.log.org.apache.kafka.common.config.AbstractConfig", "warn")
                .property("org.slf4j.simpleLogger.log.org.apache.kafka.connect.runtime.rest.RestServer", "warn")
                .property("org.slf4j.simpleLogger.log.org.eclipse.jetty", "warn");
    }
}
