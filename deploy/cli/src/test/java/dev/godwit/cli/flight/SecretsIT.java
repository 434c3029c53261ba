package dev.godwit.cli.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.godwit.cli.ExitCode;
import dev.godwit.cli.Failure;
import dev.godwit.cli.client.AuditClient;
import dev.godwit.cli.client.MigrationClient;
import dev.godwit.cli.stack.StackDescription;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Secrets of a stack that has been through all the other tests: they let their owner in, and are told to nobody. */
@ExtendWith(LiveStackExtension.class)
class SecretsIT {

    private static final List<String> TOLD =
            List.of("/q/openapi", "/q/metrics", "/q/health", "/api/doctor", "/api/nothing");

    private final LiveStack live;
    private final StackDescription stack;

    SecretsIT(LiveStack live) {
        this.live = live;
        this.stack = live.stack().describe();
    }

    @Test
    void shouldLetNobodyInWithoutTheOwnersToken() throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(Path.of(stack.tokenFile()))))
                .isEqualTo("rw-------");
        for (Optional<String> token : List.of(Optional.<String>empty(), Optional.of("nobody-s-token"))) {
            mustBeRefused(() -> new MigrationClient(stack.migration().urls(), token).runs());
            mustBeRefused(() -> new AuditClient(stack.audit().url(), token).stamps());
        }
        assertThat(MigrationClient.of(stack).runs()).isNotNull();
    }

    private static void mustBeRefused(Runnable request) {
        assertThatThrownBy(request::run).isInstanceOfSatisfying(Failure.class, failure -> {
            assertThat(failure.exitCode()).isEqualTo(ExitCode.REFUSED);
            assertThat(failure).hasMessageContaining("--token-file");
        });
    }

    @Test
    void shouldTellSecretsToNobody() throws IOException, InterruptedException {
        List<String> secrets = secrets();
        assertThat(secrets).hasSizeGreaterThan(5);

        for (String service : List.of(stack.migration().url(), stack.audit().url())) {
            for (String path : TOLD) {
                assertThat(secrets).as(path).noneMatch(answer(service + path)::contains);
            }
        }
        try (Stream<Path> logs = Files.list(live.stack().directory().resolve("logs"))) {
            for (Path log : logs.toList()) {
                assertThat(secrets).as("%s", log).noneMatch(text(log)::contains);
            }
        }
    }

    private String answer(String url) throws IOException, InterruptedException {
        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(url))
                                .header(
                                        "Authorization",
                                        "Bearer " + stack.token().orElseThrow())
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        return answer.headers().map() + answer.body();
    }

    /** Passwords, and what services are given to prove themselves with. */
    private List<String> secrets() throws IOException {
        List<String> secrets = new ArrayList<>();
        JsonNode settings = new ObjectMapper()
                .readTree(live.stack().directory().resolve("settings.json").toFile());
        settings.path("passwords").forEach(password -> secrets.add(password.asText()));
        secrets.add(stack.token().orElseThrow());
        long audit = stack.processes().get("audit-service").pid();
        for (String variable :
                text(Path.of("/proc", Long.toString(audit), "environ")).split("\0", -1)) {
            if (variable.matches("(?s)GODWIT_(AUDIT_SIGNING_KEY|AUTH_MIGRATION_TOKEN|AUTH_SESSION_KEY)=.+")) {
                secrets.add(variable.substring(variable.indexOf('=') + 1));
            }
        }
        return secrets;
    }

    private static String text(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }
}
