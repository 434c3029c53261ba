package dev.godwit.audit.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import java.util.List;

/** Where a stream ends according to the event that ended its run: its last sequence number and that event's hash in hex. */
public record StreamEnd(String stream, long sequence, String hash) {

    private static final ObjectReader READER = new ObjectMapper()
            .readerFor(new TypeReference<List<StreamEnd>>() {})
            .without(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .with(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);

    /** The ends in a JSON array; a list with a null-filled end where the text is of another shape. */
    public static List<StreamEnd> parse(String json) {
        try {
            return READER.readValue(json);
        } catch (JsonProcessingException e) {
            return List.of(new StreamEnd(null, -1, null));
        }
    }
}
