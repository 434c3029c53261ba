package dev.godwit.migration.tail;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.godwit.migration.definition.TableName;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a change event of Debezium tells: which row of which table changed. Nothing else of it is used: the worker reads the row as it is when it acts.
 *
 * @param fields published columns, which are those of the key, in text form
 * @param transaction 32-bit id of the transaction that wrote the row
 * @param sourceMicros when it committed, by the database's clock, in microseconds since 1970
 */
record ChangeEvent(TableName table, Map<String, String> fields, boolean deleted, long transaction, long sourceMicros) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Connectors of databases other than the application's are called so, and then by the name of the database. */
    private static final String ELSEWHERE = "g-";

    /** Reads an event; empty when the text is none. */
    static Optional<ChangeEvent> parse(String value) {
        if (value == null) {
            return Optional.empty();
        }
        try {
            JsonNode json = JSON.readTree(value);
            if (!json.isObject()
                    || !json.path("__source_table").isTextual()
                    || !json.path("__source_schema").isTextual()) {
                return Optional.empty();
            }
            Map<String, String> fields = new LinkedHashMap<>();
            json.properties().forEach(field -> {
                if (!field.getKey().startsWith("__") && !field.getValue().isNull()) {
                    fields.put(field.getKey(), field.getValue().asText());
                }
            });
            TableName table = new TableName(
                            json.get("__source_schema").asText(),
                            json.get("__source_table").asText())
                    .in(source(json.path("__source_name").asText("")));
            return Optional.of(new ChangeEvent(
                    table,
                    fields,
                    json.path("__deleted").asText().equals("true"),
                    json.path("__txId").asLong(),
                    json.path("__source_ts_us").asLong()));
        } catch (JsonProcessingException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> source(String connector) {
        return connector.startsWith(ELSEWHERE)
                ? Optional.of(connector.substring(ELSEWHERE.length()))
                : Optional.empty();
    }
}
