package dev.godwit.cli.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.godwit.cli.ExitCode;
import dev.godwit.cli.Failure;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedirectionTest {
    private final SchemaNames names =
            new SchemaNames(Map.of("public", "legacy", "a.\"b", "the \"rest"), List.of("public", "app"));

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            INSERT INTO public.users VALUES (1)                     | INSERT INTO "legacy".users VALUES (1)
            INSERT INTO PUBLIC . users VALUES (1)                   | INSERT INTO "legacy" . users VALUES (1)
            INSERT INTO "public"."users" VALUES (1)                 | INSERT INTO "legacy"."users" VALUES (1)
            CREATE TABLE "a.""b".t (id int)                         | CREATE TABLE "the ""rest".t (id int)
            CREATE TABLE public.t (k public.kind)                   | CREATE TABLE "legacy".t (k "legacy".kind)
            SET DEFAULT nextval('public.users_id_seq'::regclass)    | SET DEFAULT nextval('"legacy".users_id_seq'::regclass)
            SELECT pg_catalog.setval('public."it''s"', 4, true)     | SELECT pg_catalog.setval('"legacy"."it''s"', 4, true)
            SELECT 'public.kind'::pg_catalog.regtype                | SELECT '"legacy".kind'::pg_catalog.regtype
            CREATE VIEW public.v AS SELECT t.a FROM public.t AS t   | CREATE VIEW "legacy".v AS SELECT t.a FROM "legacy".t AS t
            """)
    void shouldRedirectWhatPostgreSqlReadsAsAName(String written, String redirected) {
        assertThat(Redirection.of(written, names)).isEqualTo(redirected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO t VALUES ('it''s public.users', E'\\'', 'public.t')",
                "INSERT INTO t VALUES ('public.users', E'\\'public.users', $$public.users$$)",
                "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $_$ DELETE FROM public.users $_$",
                "SELECT x.public.y",
                "SELECT t.public FROM t",
                "SELECT public, publicity.a",
                "INSERT INTO t VALUES ('public.users'::text)",
                "SELECT 1 -- public.users"
            })
    void shouldLeaveDataAlone(String sql) {
        assertThat(Redirection.of(sql, names)).isEqualTo(sql);
    }

    @Test
    void shouldRedirectTheSearchPathOfAFunction() {
        assertThat(Redirection.of(
                        "CREATE FUNCTION public.f() RETURNS int SET search_path TO 'public', pg_catalog LANGUAGE sql AS 'x'",
                        names))
                .isEqualTo(
                        "CREATE FUNCTION \"legacy\".f() RETURNS int SET search_path TO \"legacy\", pg_catalog LANGUAGE sql AS 'x'");
    }

    @Test
    void shouldFindExtensionsWhereTheDatabaseHasThem() {
        names.keepElsewhere("public", "extensions", List.of("citext", "="));

        assertThat(Redirection.of("CREATE TABLE public.t (a public.citext, CHECK (a OPERATOR(public.=) a))", names))
                .isEqualTo(
                        "CREATE TABLE \"legacy\".t (a \"extensions\".citext, CHECK (a OPERATOR(\"extensions\".=) a))");
    }

    @ParameterizedTest
    @ValueSource(strings = {"INSERT INTO app.users VALUES (1)", "INSERT INTO legacy.users VALUES (1)"})
    void shouldRefuseToReachIntoSchemasOfTheDatabase(String sql) {
        assertThatThrownBy(() -> Redirection.of(sql, names))
                .isInstanceOfSatisfying(
                        Failure.class, failure -> assertThat(failure.exitCode()).isEqualTo(ExitCode.REFUSED));
    }
}
