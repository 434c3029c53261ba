package dev.godwit.migration.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.godwit.migration.testing.TestTokens;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccessCheckTest {

    @TempDir
    Path directory;

    @Test
    void shouldNotStartOpenToEverybody() {
        assertThat(AccessCheck.refusal(config(Map.of()), true, "127.0.0.1"))
                .get()
                .asString()
                .contains("GODWIT_AUTH_TOKENS")
                .contains("GODWIT_AUTH=none");
        assertThat(AccessCheck.refusal(config(Map.of("godwit.auth", "none")), true, "0.0.0.0"))
                .get()
                .asString()
                .contains("not a loopback address");
        assertThat(AccessCheck.refusal(config(Map.of("godwit.auth.oidc.enabled", "true")), true, "0.0.0.0"))
                .isPresent();
    }

    @Test
    void shouldStartWhereSomebodyCanBeLetInOrNobodyElseReachesIt() {
        assertThat(AccessCheck.refusal(config(Map.of()), false, "0.0.0.0")).isEmpty();
        assertThat(AccessCheck.refusal(config(Map.of("godwit.auth", "none")), true, "127.0.0.1"))
                .isEmpty();
        assertThat(AccessCheck.refusal(
                        config(Map.of("godwit.auth.oidc.enabled", "true", "godwit.auth.oidc.issuer", "https://id")),
                        true,
                        "0.0.0.0"))
                .isEmpty();
    }

    @Test
    void shouldReadTokensFromAFileToo() throws Exception {
        Path file = Files.writeString(
                directory.resolve("tokens"),
                "# remark\n\n" + TestTokens.entries().replace(',', '\n'));

        StaticTokens tokens = new StaticTokens(config(Map.of("godwit.auth.tokens-file", file.toString())));

        assertThat(tokens.find(TestTokens.OPERATOR)).get().asString().isEqualTo("ole (operator)");
        assertThat(tokens.find("nobody")).isEmpty();
        assertThat(tokens.find("")).isEmpty();
        assertThatThrownBy(() -> new StaticTokens(config(Map.of("godwit.auth.tokens-file", "/nowhere"))))
                .hasMessageContaining("GODWIT_AUTH_TOKENS_FILE");
    }

    @Test
    void shouldReadTheFileAgainWhenItChangesAndKeepWhatWasGoodWhenItGoesBad() throws Exception {
        Path file = Files.writeString(
                directory.resolve("changing"), TestTokens.entries().replace(',', '\n'));
        StaticTokens tokens = new StaticTokens(config(Map.of("godwit.auth.tokens-file", file.toString())));

        Files.writeString(file, "ole:operator:" + "0".repeat(64));
        tokens.look();
        assertThat(tokens.find(TestTokens.OPERATOR)).as("taken away").isEmpty();

        Files.writeString(file, TestTokens.entries().replace(',', '\n'));
        tokens.look();
        assertThat(tokens.find(TestTokens.OPERATOR)).as("given again").isPresent();

        Files.writeString(file, "half of an ent");
        tokens.look();
        assertThat(tokens.find(TestTokens.OPERATOR)).isPresent();
        Files.delete(file);
        tokens.look();
        assertThat(tokens.find(TestTokens.OPERATOR)).isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "secret-token",
                "ann:admin:secret-token",
                "claimed:ann:admin:00",
                "ann:root:%s",
                "ann:admin:%s:boss"
            })
    void shouldNameABadEntryAndNotQuoteIt(String entry) {
        String given = entry.formatted("0".repeat(64));

        assertThatThrownBy(() -> new StaticTokens(config(Map.of("godwit.auth.tokens", given))))
                .hasMessageStartingWith("entry 1 of GODWIT_AUTH_TOKENS")
                .hasMessageNotContaining("secret-token");
    }

    private static AccessConfig config(Map<String, String> settings) {
        return new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .addDiscoveredConverters()
                .withMapping(AccessConfig.class)
                .withDefaultValues(settings)
                .build()
                .getConfigMapping(AccessConfig.class);
    }
}
