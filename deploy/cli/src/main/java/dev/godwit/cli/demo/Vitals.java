package dev.godwit.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.cli.client.Measure;
import java.util.List;
import java.util.stream.StreamSupport;

/**
 * How a migration fared at one moment.
 *
 * @param measures in the order in which they are taken
 */
record Vitals(List<Measure> measures) {

    private static final List<String> BAD = List.of("critical", "unknown");

    Vitals {
        measures = List.copyOf(measures);
    }

    /** @param answer of migration-service, about one migration */
    static Vitals of(JsonNode answer) {
        JsonNode measures = answer.path("migrations").path(0).path("measures");
        return new Vitals(StreamSupport.stream(measures.spliterator(), false)
                .map(Measure::new)
                .toList());
    }

    /** What people see at once. */
    String text() {
        long bad = measures.stream()
                .filter(measure -> BAD.contains(measure.state()))
                .count();
        return measures.size() + " measures, " + bad + " critical";
    }

    /** The same measure at this moment; of one that was not taken nothing is known. */
    Measure like(Measure other) {
        return measures.stream()
                .filter(measure -> measure.name().equals(other.name()))
                .findFirst()
                .orElseGet(() -> new Measure(other.json().path("none")));
    }
}
