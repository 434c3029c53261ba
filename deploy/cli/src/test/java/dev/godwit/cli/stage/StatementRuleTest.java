package dev.godwit.cli.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.godwit.cli.Failure;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StatementRuleTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            INSERT INTO public.t (a) VALUES (1)                                   | INSERT
            COPY public.t (a, b) FROM stdin                                       | COPY
            CREATE UNLOGGED TABLE public.t (a int)                                | STRUCTURE
            ALTER TABLE ONLY public.t ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES public.u(a) | STRUCTURE
            ALTER TABLE ONLY public.t ALTER COLUMN a SET DEFAULT ' owner to '     | STRUCTURE
            SELECT pg_catalog.setval('public.s', 3, true)                         | STRUCTURE
            CREATE OR REPLACE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'x' | EXTRA
            CREATE UNIQUE INDEX i ON public.t USING btree (a)                     | EXTRA
            REFRESH MATERIALIZED VIEW public.v                                    | EXTRA
            COMMENT ON TABLE public.t IS 'policy'                                 | EXTRA
            CREATE EXTENSION IF NOT EXISTS citext WITH SCHEMA public              | EXTENSION
            CREATE SCHEMA other                                                   | SCHEMA
            SELECT pg_catalog.set_config('search_path', '', false)                | SEARCH_PATH
            SET search_path = public, pg_catalog                                  | SEARCH_PATH
            SET client_encoding = 'UTF8'                                          | SETTING
            CREATE TRIGGER t AFTER INSERT ON public.t EXECUTE FUNCTION f()        | LEFT_OUT
            CREATE CONSTRAINT TRIGGER t AFTER INSERT ON public.t EXECUTE FUNCTION f() | LEFT_OUT
            CREATE RULE r AS ON INSERT TO public.t DO INSTEAD NOTHING             | LEFT_OUT
            CREATE POLICY p ON public.t USING (true)                              | LEFT_OUT
            ALTER TABLE public.t FORCE ROW LEVEL SECURITY                         | LEFT_OUT
            ALTER TABLE public.t DISABLE TRIGGER ALL                              | LEFT_OUT
            CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f()        | LEFT_OUT
            CREATE USER MAPPING FOR app SERVER s                                  | LEFT_OUT
            CREATE PUBLICATION p FOR ALL TABLES                                   | LEFT_OUT
            GRANT ALL ON TABLE public.t TO app                                    | LEFT_OUT
            ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON TABLES TO app  | LEFT_OUT
            ALTER TABLE public.t OWNER TO app                                     | SKIPPED
            CREATE ROLE app                                                       | SKIPPED
            CREATE DATABASE app                                                   | SKIPPED
            DROP TABLE IF EXISTS public.t                                         | SKIPPED
            COMMIT                                                                | SKIPPED
            """)
    void shouldKnowEveryStatementThatADumpHas(String sql, StatementKind kind) {
        assertThat(Lead.of(sql).kind()).isEqualTo(kind);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DELETE FROM public.t",
                "UPDATE public.t SET a = 1",
                "TRUNCATE public.t",
                "DO $$ BEGIN END $$",
                "CALL f()",
                "SELECT f()",
                "SELECT pg_catalog.lo_create('1')",
                "COPY public.t FROM '/etc/passwd'",
                "COPY public.t TO STDOUT",
                "COPY public.t FROM PROGRAM 'rm'",
                "COPY public.t FROM STDIN WITH (FORMAT binary)",
                "CREATE TEMPORARY TABLE t (a int)",
                "LOCK TABLE t",
                "WITH x AS (DELETE FROM t RETURNING *) SELECT 1",
                "whatever"
            })
    void shouldRefuseWhatNoRuleKnows(String sql) {
        assertThat(Lead.of(sql).kind()).isEqualTo(StatementKind.REFUSED);
    }

    @Test
    void shouldReadPastALongListOfColumns() {
        String columns = IntStream.range(0, 500).mapToObj(i -> "c" + i).collect(Collectors.joining(", "));

        Lead lead = Lead.of("COPY public.\"wide\ntable\" (" + columns + ") FROM stdin");

        assertThat(lead.kind()).isEqualTo(StatementKind.COPY);
        assertThat(lead.schema()).contains("public");
        assertThat(lead.table()).isEqualTo("wide\ntable");
    }

    @Test
    void shouldNameWhatItLeavesOut() {
        Lead lead = Lead.of("CREATE TRIGGER log_users AFTER INSERT ON public.users EXECUTE FUNCTION public.log()");

        assertThat(lead.what()).isEqualTo("trigger");
        assertThat(lead.madeName()).isEqualTo("log_users");
        assertThat(Lead.of("CREATE MATERIALIZED VIEW public.totals AS SELECT 1").madeName())
                .isEqualTo("totals");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SET client_encoding = 'LATIN1'",
                "SET standard_conforming_strings = off",
                "SET datestyle TO 'SQL, DMY'",
                "SET SESSION client_encoding TO 'WIN1252'"
            })
    void shouldRefuseSettingsUnderWhichTextsMeanSomethingElse(String sql) {
        assertThatThrownBy(() -> SettingStatement.of(sql).mustBeObeyed(7))
                .isInstanceOf(Failure.class)
                .hasMessageStartingWith("line 7: ");
    }

    @Test
    void shouldObeyOnlySettingsThatDecideWhatTextsMean() {
        assertThat(SettingStatement.of("SET TIME ZONE 'Europe/Berlin'").mustBeObeyed(1))
                .isTrue();
        assertThat(SettingStatement.of("SET intervalstyle = 'iso_8601'").mustBeObeyed(1))
                .isTrue();
        assertThat(SettingStatement.of("SET client_encoding = 'UTF8'").mustBeObeyed(1))
                .isFalse();
        assertThat(SettingStatement.of("SET session_replication_role = replica").mustBeObeyed(1))
                .isFalse();
        assertThat(SettingStatement.of("SET statement_timeout = 0").isOrdinary())
                .isTrue();
        assertThat(SettingStatement.of("SET SESSION AUTHORIZATION 'postgres'").isOrdinary())
                .isTrue();
        assertThat(SettingStatement.of("SET app.tenant = 'x'").isOrdinary()).isFalse();
    }
}
