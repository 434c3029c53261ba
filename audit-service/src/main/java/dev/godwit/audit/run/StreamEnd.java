package dev.godwit.audit.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import java.util.List;

/**
 * Where a stream ends according to the event that ended its run: its last sequence number and that event's hash in hex. Of a run with very many streams there is one end,
 * named {@value #ALL}, that stands for all of them: by how many they are, and a hash over their ends.
 */
public record StreamEnd(String stream, long sequence, String hash) {

    private static final String ALL = "*";

    private static final ObjectReader READER = new ObjectMapper()
            .readerFor(new TypeReference<List<StreamEnd>>() {})
            .without(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .with(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);

    /** Whether it stands for all streams of its run. */
    public boolean isOfAll() {
        return ALL.equals(stream);
    }

    /** The ends in a JSON array; a list with a null-filled end where the text is of another shape. */
    public static List<StreamEnd> parse(String json) {
        try {
            return READER.readValue(json);
        } catch (JsonProcessingException e) {
            return List.of(new StreamEnd(null, -1, null));
        }
    }
}
