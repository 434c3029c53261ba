package dev.godwit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What pages show of programs and definitions is what tests execute, and the data that they show is valid. A comment before the block names the file, or the schema. */
class SnippetTest {

    private static final Path ROOT = Path.of("").toAbsolutePath().getParent().getParent();
    private static final Pattern SOURCE =
            Pattern.compile("<!-- source (\\S+) -->\n\n```\\w+\n(.*?)```\n", Pattern.DOTALL);
    private static final Pattern DATA =
            Pattern.compile("<!-- schema (\\S+) -->\n\n```json\n(.*?)```\n", Pattern.DOTALL);
    private static final Pattern JSON = Pattern.compile("^```json$", Pattern.MULTILINE);

    @Test
    void shouldShowWhatTestsExecute() throws IOException {
        int seen = 0;
        for (Path page : pages()) {
            for (MatchResult source :
                    SOURCE.matcher(Files.readString(page)).results().toList()) {
                seen++;
                assertThat(ROOT.resolve(source.group(1)))
                        .as(page.getFileName() + " shows it")
                        .content()
                        .contains(source.group(2));
            }
        }
        assertThat(seen).isGreaterThanOrEqualTo(6);
    }

    @Test
    void shouldShowDataThatIsValid() throws IOException {
        List<String> wrong = new ArrayList<>();
        int seen = 0;
        for (Path page : pages()) {
            String text = Files.readString(page);
            List<MatchResult> data = DATA.matcher(text).results().toList();
            seen += data.size();
            if (!data.isEmpty()) {
                assertThat(data)
                        .as(page.getFileName() + ": blocks of JSON, each with its schema")
                        .hasSize((int) JSON.matcher(text).results().count());
            }
            for (MatchResult block : data) {
                JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                        .getSchema(Files.readString(
                                ROOT.resolve("docs/reference/events/" + block.group(1) + ".schema.json")))
                        .validate(block.group(2), InputFormat.JSON)
                        .forEach(violation -> wrong.add(page.getFileName() + ": " + violation.getMessage()));
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(seen).isGreaterThanOrEqualTo(4);
    }

    private static List<Path> pages() throws IOException {
        try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
            return docs.filter(path -> path.toString().endsWith(".md")).toList();
        }
    }
}
