package dev.godwit.cli.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Manifests say what Kubernetes and Strimzi understand. */
class ManifestsTest {

    /** Kinds without a schema here: what they say is held against their makers' documentation by eye alone. */
    private static final Set<String> NOT_VALIDATED = Set.of(
            "keda.sh/v1alpha1/ScaledObject",
            "keda.sh/v1alpha1/TriggerAuthentication",
            "monitoring.coreos.com/v1/PodMonitor",
            "monitoring.coreos.com/v1/PrometheusRule",
            "monitoring.coreos.com/v1/ServiceMonitor",
            "postgresql.cnpg.io/v1/Cluster");

    private final Schemas schemas = new Schemas();

    @Nested
    class Rendered {

        @BeforeAll
        static void kustomize() {
            assumeTrue(Manifests.canRender(), "neither kustomize nor kubectl is there: manifests are not rendered");
        }

        @ParameterizedTest
        @ValueSource(strings = {"dev", "production"})
        void shouldFitTheSchemas(String overlay) {
            List<JsonNode> documents =
                    Manifests.render(Manifests.DIRECTORY.resolve("overlays").resolve(overlay));

            assertThat(documents).hasSizeGreaterThan(30);
            assertThat(documents.stream().flatMap(document -> schemas.findings(document).orElse(List.of()).stream()))
                    .isEmpty();
            Set<String> unknown = new TreeSet<>();
            documents.stream()
                    .filter(document -> schemas.findings(document).isEmpty())
                    .forEach(document -> unknown.add(document.path("apiVersion").asText() + "/"
                            + document.path("kind").asText()));
            System.out.println(
                    "k8s/overlays/" + overlay + ": " + documents.size() + " documents; not validated: " + unknown);
            assertThat(NOT_VALIDATED).containsAll(unknown);
        }

        @ParameterizedTest
        @ValueSource(strings = {"dev", "production"})
        void shouldReferToWhatIsThere(String overlay) {
            List<JsonNode> documents =
                    Manifests.render(Manifests.DIRECTORY.resolve("overlays").resolve(overlay));
            Set<String> there = new TreeSet<>();
            Manifests.ofKind(documents, "ConfigMap")
                    .forEach(map -> there.add(map.at("/metadata/name").asText()));

            assertThat(documents.stream()
                            .flatMap(document -> document.findValues("configMapKeyRef").stream())
                            .filter(reference -> !reference.path("optional").asBoolean())
                            .map(reference -> reference.path("name").asText()))
                    .isNotEmpty()
                    .allSatisfy(name -> assertThat(there).contains(name));
        }

        @Test
        void shouldRollOutWhenADefinitionChanges(@TempDir Path copy) throws IOException {
            copy(Manifests.DIRECTORY, copy);
            Path overlay = copy.resolve("overlays/production");
            JsonNode before = migrationService(Manifests.render(overlay));

            Files.writeString(
                    overlay.resolve("migrations/documents-uuid5.yaml"), "# a word more\n", StandardOpenOption.APPEND);

            JsonNode after = migrationService(Manifests.render(overlay));
            assertThat(after.at("/spec/template")).isNotEqualTo(before.at("/spec/template"));
            assertThat(after.at("/spec/template/spec/containers"))
                    .isEqualTo(before.at("/spec/template/spec/containers"));
        }

        private static JsonNode migrationService(List<JsonNode> documents) {
            return Manifests.ofKind(documents, "Deployment")
                    .filter(deployment ->
                            deployment.at("/metadata/name").asText().equals("migration-service"))
                    .findFirst()
                    .orElseThrow();
        }

        private static void copy(Path from, Path to) throws IOException {
            try (Stream<Path> files = Files.walk(from)) {
                files.filter(Files::isRegularFile).forEach(file -> {
                    try {
                        Path target = to.resolve(from.relativize(file).toString());
                        Files.createDirectories(target.getParent());
                        Files.copy(file, target);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
            }
        }
    }

    /** Strimzi hands app.kubernetes.io/part-of down to brokers and workers: a policy that selects by it would cut them off from each other. */
    @Test
    void shouldFenceTheServicesAlone() {
        List<JsonNode> policies = Manifests.read("base/network-policies.yaml");

        assertThat(policies).hasSizeGreaterThan(3).allSatisfy(policy -> {
            JsonNode selector = policy.at("/spec/podSelector");
            assertThat(selector.at("/matchExpressions/0/key").asText()).isEqualTo("app.kubernetes.io/name");
            assertThat(selector.at("/matchExpressions/0/values").toString())
                    .isEqualTo("[\"migration-service\",\"audit-service\"]");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"migration-service", "audit-service"})
    void shouldRunServicesWithoutRights(String service) {
        JsonNode pod = Manifests.ofKind(Manifests.read("base/" + service + ".yaml"), "Deployment")
                .findFirst()
                .orElseThrow()
                .at("/spec/template/spec");

        assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
        assertThat(pod.at("/securityContext/seccompProfile/type").asText()).isEqualTo("RuntimeDefault");
        assertThat(pod.at("/automountServiceAccountToken"))
                .isEqualTo(com.fasterxml.jackson.databind.node.BooleanNode.FALSE);
        assertThat(pod.path("containers")).hasSize(1).allSatisfy(container -> {
            JsonNode context = container.path("securityContext");
            assertThat(context.path("allowPrivilegeEscalation").asBoolean(true)).isFalse();
            assertThat(context.path("readOnlyRootFilesystem").asBoolean()).isTrue();
            assertThat(context.at("/capabilities/drop/0").asText()).isEqualTo("ALL");
            assertThat(container.at("/resources/limits/memory").asText()).isEqualTo("512Mi");
            assertThat(Stream.of("startupProbe", "livenessProbe", "readinessProbe")
                            .map(probe ->
                                    container.at("/" + probe + "/httpGet/path").asText()))
                    .containsExactly("/q/health/started", "/q/health/live", "/q/health/ready");
        });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    base/migration-service.yaml|  replicas: 2                  |  replicaz: 2                     |`replicaz`
                    base/migration-service.yaml|  replicas: 2                  |  replicas: "2"                   |/spec/replicas
                    base/migration-service.yaml|  replicas: 2                  |  replicas: some                  |some
                    base/migration-service.yaml|              port: http       |              prot: http          |`prot`
                    base/migration-service.yaml|              cpu: 250m        |              cpu: 250 milli      |quantity
                    base/migration-service.yaml|        - name: migration-service|      - title: migration-service|title
                    base/migration-service.yaml|  selector:                    |  seletcor:                       |seletcor
                    base/migration-service.yaml|apiVersion: apps/v1            |apiVersion: apps/v1beta1          |no schema
                    base/network-policies.yaml |  policyTypes:                 |  policyType:                     |policyType
                    base/topics.yaml           |  partitions: 4                |  partitions: 0                   |minimum
                    base/topics.yaml           |  partitions: 4                |  partition: 4                    |partition
                    base/topics.yaml           |apiVersion: kafka.strimzi.io/v1|apiVersion: kafka.strimzi.io/v1beta2|v1beta2
                    base/users.yaml            |    type: tls                  |    type: tsl                     |authentication
                    base/users.yaml            |          type: topic          |          name2: topic            |type
                    base/connector.yaml        |  tasksMax: 1                  |  taskMax: 1                      |taskMax
                    base/connect.yaml          |  groupId: godwit-connect      |  group: godwit-connect           |groupId
                    components/kafka/kafka.yaml|    - controller               |    - controler                   |roles[0]
                    """)
    void shouldFindWhatIsWrong(String file, String right, String wrong, String finding) throws IOException {
        String yaml = Files.readString(Manifests.DIRECTORY.resolve(file));
        assertThat(yaml).contains(right);

        List<String> findings = Manifests.parse(yaml.replaceFirst(java.util.regex.Pattern.quote(right), wrong)).stream()
                .flatMap(
                        document -> schemas
                                .findings(document)
                                .orElseGet(() -> List.of("no schema of " + Manifests.name(document)))
                                .stream())
                .toList();

        assertThat(findings).anySatisfy(message -> assertThat(message).contains(finding));
        assertThat(Manifests.parse(yaml))
                .allSatisfy(document -> assertThat(schemas.findings(document)).hasValue(List.of()));
    }
}
