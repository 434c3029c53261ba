package dev.godwit.cli.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.godwit.cli.ExitCode;
import dev.godwit.cli.Failure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseUrlTest {

    @Test
    void shouldReadAllParts() {
        DatabaseUrl url = DatabaseUrl.parse("postgresql://app:secret@db.example:6543/shop");

        assertThat(url).isEqualTo(new DatabaseUrl("db.example", 6543, "shop", "app", "secret"));
    }

    @Test
    void shouldAssumeTheUsualPort() {
        assertThat(DatabaseUrl.parse("postgres://app:secret@db.example/shop").port())
                .isEqualTo(5432);
    }

    @Test
    void shouldKeepSpecialCharactersOfPasswordsThroughARoundTrip() {
        DatabaseUrl url = new DatabaseUrl("localhost", 5432, "my db", "a@b", "p:w/d+% ü");

        assertThat(DatabaseUrl.parse(url.toUrl())).isEqualTo(url);
    }

    @Test
    void shouldReadAPlusAsAPlus() {
        assertThat(DatabaseUrl.parse("postgresql://u:a+b@h/d").password()).isEqualTo("a+b");
    }

    @Test
    void shouldHideThePasswordInMessages() {
        assertThat(DatabaseUrl.parse("postgresql://app:secret@h/d").toString()).doesNotContain("secret");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost:5432/app",
                "mysql://u:p@h/d",
                "postgresql://u:p@h",
                "postgresql://h/d",
                "postgresql://u:p w@h/d"
            })
    void shouldRefuseWhatIsNoUrlOfADatabase(String text) {
        assertThatThrownBy(() -> DatabaseUrl.parse(text)).isInstanceOfSatisfying(Failure.class, failure -> {
            assertThat(failure.exitCode()).isEqualTo(ExitCode.USAGE);
            assertThat(failure).hasMessageContaining("--database-url");
        });
    }
}
