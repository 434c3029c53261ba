package dev.godwit.cli.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.godwit.cli.stack.Home;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** Documents of Kubernetes, as text or rendered by kustomize. */
public final class Manifests {
    public static final Path DIRECTORY = Home.find().root().resolve("k8s");

    private static final ObjectMapper JSON = new ObjectMapper();

    private Manifests() {}

    /** Whether kustomize can be had, by itself or inside kubectl. */
    static boolean canRender() {
        return kustomize().isPresent();
    }

    /** What kustomize makes of a directory. */
    static List<JsonNode> render(Path directory) {
        List<String> command = new ArrayList<>(kustomize().orElseThrow());
        command.add(directory.toString());
        try {
            Path errors = Files.createTempFile("kustomize", ".err");
            Process process =
                    new ProcessBuilder(command).redirectError(errors.toFile()).start();
            String rendered =
                    new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException("kustomize: " + Files.readString(errors));
            }
            Files.delete(errors);
            return parse(rendered);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The documents of a file below k8s, as they are written. */
    public static List<JsonNode> read(String file) {
        try {
            return parse(Files.readString(DIRECTORY.resolve(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<JsonNode> parse(String yaml) {
        List<JsonNode> documents = new ArrayList<>();
        Load load =
                new Load(LoadSettings.builder().setMaxAliasesForCollections(50).build());
        load.loadAllFromString(yaml).forEach(document -> documents.add(JSON.valueToTree(document)));
        return documents;
    }

    /** Kind and name, for messages. */
    static String name(JsonNode document) {
        return document.path("kind").asText() + "/"
                + document.at("/metadata/name").asText();
    }

    /** All documents of a kind. */
    public static Stream<JsonNode> ofKind(List<JsonNode> documents, String kind) {
        return documents.stream()
                .filter(document -> document.path("kind").asText().equals(kind));
    }

    private static Optional<List<String>> kustomize() {
        return onPath("kustomize").map(program -> List.of(program, "build")).or(() -> onPath("kubectl")
                .map(program -> List.of(program, "kustomize")));
    }

    private static Optional<String> onPath(String program) {
        return Stream.of(System.getenv("PATH").split(java.io.File.pathSeparator))
                .map(directory -> Path.of(directory).resolve(program))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst();
    }
}
