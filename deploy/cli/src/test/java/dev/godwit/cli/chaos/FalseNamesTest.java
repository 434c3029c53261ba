package dev.godwit.cli.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.cli.stack.Detour;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FalseNamesTest {

    @Test
    void shouldLeadToLoopbackUntilTheNameIsForgotten(@TempDir Path state) throws IOException {
        FalseNames names = FalseNames.install(state);
        Detour way = names.to(5432);
        assertThat(lookUp(way, FalseNames.DATABASE)).isEqualTo("127.0.0.1");

        names.know(false);
        assertThat(lookUp(way, FalseNames.DATABASE)).isEqualTo("unknown");
        assertThat(lookUp(way, "localhost")).isEqualTo("127.0.0.1");

        names.know(true);
        assertThat(lookUp(way, FalseNames.DATABASE)).isEqualTo("127.0.0.1");
    }

    /** What a program says that looks for names where the way says. */
    private static String lookUp(Detour way, String name) throws IOException {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djdk.net.hosts.file=" + way.hosts(),
                "-cp",
                System.getProperty("java.class.path"),
                LookUp.class.getName(),
                name);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    }

    /** The program. */
    static final class LookUp {

        private LookUp() {}

        public static void main(String[] name) {
            try {
                System.out.println(InetAddress.getByName(name[0]).getHostAddress());
            } catch (UnknownHostException unknown) {
                System.out.println("unknown");
            }
        }
    }
}
