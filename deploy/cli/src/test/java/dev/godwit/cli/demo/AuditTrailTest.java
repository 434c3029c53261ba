package dev.godwit.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.cli.demo.AuditTrail.Outcome;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AuditTrailTest {

    @Test
    void shouldReadColumnsByNameWhateverTheirOrder() throws IOException {
        List<Outcome> outcomes =
                read("key,new_key,reason,outcome,table,lane\r\na,b,merged,migrated,public.documents,backfill\r\n");

        assertThat(outcomes)
                .containsExactly(new Outcome("backfill", "public.documents", "a", "b", "migrated", "merged"));
    }

    @Test
    void shouldUnquoteCommasQuotesAndLineBreaks() throws IOException {
        List<Outcome> outcomes = read("""
                lane,table,key,new_key,outcome,reason\r
                tail,t,"a,""b""\r
                c","",skipped,\r
                """);

        assertThat(outcomes).containsExactly(new Outcome("tail", "t", "a,\"b\"\r\nc", "", "skipped", ""));
    }

    @Test
    void shouldReadNothingFromHeadingAlone() throws IOException {
        assertThat(read("lane,table,key,new_key,outcome,reason\r\n")).isEmpty();
    }

    private static List<Outcome> read(String csv) throws IOException {
        List<Outcome> outcomes = new ArrayList<>();
        AuditTrail.read(new ByteArrayInputStream(csv.getBytes(StandardCharsets.UTF_8)), outcomes::add);
        return outcomes;
    }
}
