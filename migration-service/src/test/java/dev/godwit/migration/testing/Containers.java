package dev.godwit.migration.testing;

import java.util.Optional;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.utility.DockerImageName;

/**
 * Whether the servers of the tests are containers. {@code -Pcontainers} asks for them where an engine answers; {@code -Dcontainers=required} does too, and the tests
 * fail where none does. The tests are the same.
 */
final class Containers {

    private static final System.Logger LOG = System.getLogger(Containers.class.getName());

    private Containers() {}

    static boolean wanted() {
        String mode = System.getProperty("containers", "no");
        return switch (mode) {
            case "no" -> false;
            case "required" -> true;
            case "if-possible" -> engineAnswers();
            default -> throw new IllegalArgumentException("containers=" + mode + ": no, if-possible or required");
        };
    }

    private static boolean engineAnswers() {
        boolean answers = DockerClientFactory.instance().isDockerAvailable();
        LOG.log(
                System.Logger.Level.INFO,
                answers ? "The servers of the tests are containers" : "No engine answers: the servers are processes");
        return answers;
    }

    /** The image that the variable names, or that everybody knows; it has to behave as that one does. */
    static DockerImageName image(String variable, String known) {
        DockerImageName everybodys = DockerImageName.parse(known);
        return DockerImageName.parse(
                        Optional.ofNullable(System.getenv(variable)).orElse(known))
                .asCompatibleSubstituteFor(everybodys.getUnversionedPart());
    }
}
