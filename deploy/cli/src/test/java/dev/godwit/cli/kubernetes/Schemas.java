package dev.godwit.cli.kubernetes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import io.kubernetes.client.custom.QuantityFormatException;
import io.kubernetes.client.openapi.JSON;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1Namespace;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1ServiceAccount;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What Kubernetes and Strimzi would say to a document before anything runs: fields that they do not know, values of another type, fields that are missing.
 *
 * <p>Rules in CEL, defaults and admission are theirs alone and are not looked at.
 */
final class Schemas {
    private static final Map<String, Class<?>> CORE = Map.of(
            "v1/ConfigMap", V1ConfigMap.class,
            "v1/Namespace", V1Namespace.class,
            "v1/Service", V1Service.class,
            "v1/ServiceAccount", V1ServiceAccount.class,
            "apps/v1/Deployment", V1Deployment.class,
            "networking.k8s.io/v1/NetworkPolicy", V1NetworkPolicy.class,
            "policy/v1/PodDisruptionBudget", V1PodDisruptionBudget.class);
    /** Alternatives name a part of the fields each; what they are parts of names all. */
    private static final Set<String> CHOICES = Set.of("oneOf", "anyOf", "allOf", "not");

    private static final String STRIMZI = "kafka.strimzi.io/v1";

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final JsonSchemaFactory FACTORY = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);

    private final Map<String, JsonSchema> strimzi = new HashMap<>();

    /** What is wrong with the document; nothing when all is well; empty when there is no schema of its kind here. */
    Optional<List<String>> findings(JsonNode document) {
        String version = document.path("apiVersion").asText();
        String kind = document.path("kind").asText();
        Class<?> model = CORE.get(version + "/" + kind);
        if (model != null) {
            return Optional.of(core(document, model));
        }
        if (version.startsWith("kafka.strimzi.io/")) {
            return Optional.of(
                    version.equals(STRIMZI)
                            ? custom(document, kind)
                            : List.of(Manifests.name(document) + ": " + version + " is not " + STRIMZI));
        }
        return Optional.empty();
    }

    private static List<String> core(JsonNode document, Class<?> model) {
        String name = Manifests.name(document);
        try {
            JsonElement element = JsonParser.parseString(document.toString());
            // Refuses what is not known and what is missing, as deep as the document goes.
            model.getMethod("validateJsonElement", JsonElement.class).invoke(null, element);
            Object parsed = JSON.getGson().fromJson(element, model);
            JsonNode back = MAPPER.readTree(JSON.getGson().toJson(parsed));
            List<String> differences = new ArrayList<>();
            compare("", document, back, differences);
            return differences.stream().map(difference -> name + difference).toList();
        } catch (java.lang.reflect.InvocationTargetException e) {
            return List.of(name + ": " + e.getCause().getMessage());
        } catch (JsonParseException | IllegalArgumentException | QuantityFormatException e) {
            return List.of(name + ": " + e.getMessage());
        } catch (ReflectiveOperationException | JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A value that comes back as another one was of another type: the parser takes "3" for 3, Kubernetes does not. */
    private static void compare(String path, JsonNode written, JsonNode read, List<String> differences) {
        boolean quantity = path.matches(".*/(requests|limits)/[a-z]+|.*/sizeLimit");
        if (written.isObject() && read.isObject()) {
            written.properties()
                    .forEach(entry -> compare(
                            path + "/" + entry.getKey(), entry.getValue(), read.path(entry.getKey()), differences));
        } else if (written.isArray() && read.isArray() && written.size() == read.size()) {
            for (int i = 0; i < written.size(); i++) {
                compare(path + "/" + i, written.get(i), read.get(i), differences);
            }
        } else if (!written.equals(read) && !(quantity && read.isTextual())) {
            differences.add(path + ": " + written + " is read as " + read);
        }
    }

    private List<String> custom(JsonNode document, String kind) {
        String name = Manifests.name(document);
        JsonSchema schema = strimzi.computeIfAbsent(kind, Schemas::load);
        return schema.validate(document).stream()
                .map(ValidationMessage::getMessage)
                .map(message -> name + " " + message)
                .toList();
    }

    private static JsonSchema load(String kind) {
        String resource = "/kubernetes/strimzi-1.2.0/" + kind + ".json";
        try (InputStream in = Schemas.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("no schema of " + kind + " in " + resource);
            }
            JsonNode schema = MAPPER.readTree(in);
            close(schema);
            // Kubernetes itself says what may stand here.
            ((ObjectNode) schema.at("/properties")).putObject("metadata").put("type", "object");
            return FACTORY.getSchema(schema);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A definition leaves fields open that it does not name; the server prunes them, so that a slip of the pen is silently nothing. */
    private static void close(JsonNode schema) {
        boolean open = schema.path("x-kubernetes-preserve-unknown-fields").asBoolean();
        if (schema.has("properties")
                && schema.path("properties").isObject()
                && !open
                && !schema.has("additionalProperties")) {
            ((ObjectNode) schema).put("additionalProperties", false);
        }
        schema.properties().stream()
                .filter(entry -> !CHOICES.contains(entry.getKey()))
                .forEach(entry -> close(entry.getValue()));
    }
}
