package dev.godwit.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.godwit.cli.terminal.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RunReportTest {

    private static List<String> printed(String groups) throws JsonProcessingException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        JsonNode json = new ObjectMapper().readTree(groups.replace('\'', '"'));
        RunReport.printGroups(
                new Terminal(
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(PrintStream.nullOutputStream(), true, StandardCharsets.UTF_8),
                        false),
                json);
        return out.toString(StandardCharsets.UTF_8)
                .lines()
                .map(line -> line.strip().replaceAll(" {2,}", " | "))
                .toList();
    }

    @Test
    void shouldPrintGroupsWithTheirCountsNullAndWhatIsNotKnownApart() throws JsonProcessingException {
        assertThat(printed("""
                        {'columns': ['role', 'scope'], 'number': 3, 'largest': [
                          {'values': ['admin', null], 'counts': {'migrated': 1200, 'unchanged': 0, 'conflict': 2}},
                          {'values': ['', 'x'], 'entities': 1000},
                          {'values': null, 'counts': {'failed': 1}}]}
                        """))
                .containsExactly(
                        "3 groups by role, scope",
                        "ROLE, SCOPE | ENTITIES",
                        "admin, (null) | 1,200 migrated, 2 conflict",
                        ", x | 1,000",
                        "(not known) | 1 failed");
    }

    @Test
    void shouldPrintTheLargestGroupsAndHowManyMoreThereAre() throws JsonProcessingException {
        String largest = IntStream.range(0, 30)
                .mapToObj(i -> "{'values': ['u" + i + "'], 'counts': {'migrated': 1}}")
                .collect(Collectors.joining(","));

        List<String> lines = printed("{'columns': ['user_id'], 'number': 12345, 'largest': [" + largest + "]}");

        assertThat(lines).hasSize(23).startsWith("12,345 groups by user_id").endsWith("and 12,325 more");
    }

    @Test
    void shouldPrintNothingWhereNothingIsGroupedBy() throws JsonProcessingException {
        assertThat(printed("null")).isEmpty();
        assertThat(printed("{}")).isEmpty();
    }
}
