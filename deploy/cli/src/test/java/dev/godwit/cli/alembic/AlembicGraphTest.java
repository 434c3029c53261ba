package dev.godwit.cli.alembic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.godwit.cli.Failure;
import dev.godwit.cli.graph.Finding;
import dev.godwit.cli.graph.Graph;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AlembicGraphTest {
    @TempDir
    private Path directory;

    private Path versions;

    @BeforeEach
    void makeDirectory() throws IOException {
        versions = Files.createDirectory(directory.resolve("versions"));
    }

    @Nested
    class Reading {
        @Test
        void shouldReadWhatPeopleAndEditorsLeaveInAVersionsDirectory() throws IOException {
            write("a.py", "\ufeff" + revision("a", "None"), StandardCharsets.UTF_8);
            write("b.py", revision("b", "'a'").replace("\n", "\r\n"), StandardCharsets.UTF_8);
            write("c.py", revision("c", "'b'").replace("\n", "\r"), StandardCharsets.UTF_8);
            write("d.py", "# -*- coding: latin-1 -*-\n# Größe\n" + revision("d", "'c'"), StandardCharsets.ISO_8859_1);
            write("e.py", "# Größe\n" + revision("é", "'d'"), StandardCharsets.UTF_8);
            write("sub/folder/other_name.py", revision("f", "'é'"));
            write("__pycache__/a.cpython-312.py", revision("cached", "None"));
            write("sub/__pycache__/b.py", revision("cached", "None"));
            write("__init__.py", revision("package", "None"));
            write(".#a.py", revision("lock", "None"));
            write("a.py~", revision("backup", "None"));
            write("README", "");
            write("script.py.mako", "revision = ${repr(up_revision)}");
            Files.createSymbolicLink(versions.resolve("loop"), versions);

            AlembicGraph read = read();

            assertThat(read.graph().nodes()).extracting("id").containsExactly("a", "b", "c", "d", "é", "f");
            assertThat(read.findings()).isEmpty();
        }

        @Test
        void shouldReadAFileThatIsNotUtf8AndSaySo() throws IOException {
            write("a.py", "# Größe\n" + revision("a", "None"), StandardCharsets.ISO_8859_1);

            assertThat(read().graph().nodes()).extracting("id").containsExactly("a");
            assertThat(read().findings()).extracting(Finding::code).containsExactly("not_utf8");
        }

        @Test
        void shouldLeaveOutWhatIsNoMigrationAndNoteIt() throws IOException {
            write("a.py", revision("a", "None"));
            write("helper.py", "def help():\n    revision = 'x'\n");

            assertThat(read().graph().size()).isEqualTo(1);
            assertThat(read().findings()).singleElement().satisfies(finding -> {
                assertThat(finding.isProblem()).isFalse();
                assertThat(finding.code()).isEqualTo("no_revision");
                assertThat(finding.place().file()).endsWith("helper.py");
            });
        }

        @Test
        void shouldTakeTheIdFromAnOldFileName() throws IOException {
            write("1a2b.py", "down_revision = None\n");

            assertThat(read().graph().nodes()).extracting("id").containsExactly("1a2b");
        }

        @Test
        void shouldFindTheVersionsWithinAScriptDirectory() throws IOException {
            Files.writeString(directory.resolve("env.py"), "run()");
            write("a.py", revision("a", "None"));

            AlembicGraph read = AlembicGraph.read(directory, new Expectations(Map.of(), Map.of()));

            assertThat(read.graph().nodes()).extracting("id").containsExactly("a");
            assertThat(read.findings()).isEmpty();
        }

        @Test
        void shouldRefuseADirectoryThatIsNotThere() {
            assertThatThrownBy(
                            () -> AlembicGraph.read(directory.resolve("nowhere"), new Expectations(Map.of(), Map.of())))
                    .isInstanceOf(Failure.class)
                    .hasMessageContaining("nowhere");
        }

        @Test
        void shouldSayWhatCannotBeReadWithoutPython() throws IOException {
            write("a.py", revision("a", "None"));
            write("b.py", "import os\n\nrevision = 'b'\ndown_revision = os.environ['PARENT']\n");

            assertThat(read().findings()).anySatisfy(finding -> {
                assertThat(finding.code()).isEqualTo("unreadable_value");
                assertThat(finding.place().line()).isEqualTo(4);
                assertThat(finding.message()).contains("down_revision");
            });
            // Nobody knows whether it is a root, so it is not called one.
            assertThat(codes()).doesNotContain("unexpected_root");
        }

        @Test
        void shouldReportAMissingParentAssignmentAndAnIdThatAlembicRefuses() throws IOException {
            write("a.py", "revision = 'a-1'\n");

            assertThat(codes()).containsExactlyInAnyOrder("no_down_revision", "illegal_id");
        }
    }

    @Nested
    class Lint {
        @Test
        void shouldFindNothingWrongWithOneRootOneHeadAndALabelAsDependency() throws IOException {
            write("a.py", revision("a", "None") + "branch_labels = ('core',)\n");
            write("b.py", revision("b", "'a'"));
            write("c.py", revision("c", "'a'") + "depends_on = 'core'\n");
            write("d.py", revision("d", "('b', 'c')"));

            AlembicGraph read = read();

            assertThat(read.findings()).extracting(Finding::code).containsExactly("merge_point");
            assertThat(read.findings()).noneMatch(Finding::isProblem);
            assertThat(read.graph().before(2)).containsExactly(0);
        }

        @Test
        void shouldCallEachOfSeveralRootsUnexpectedUntilTheyAreDeclared() throws IOException {
            write("a.py", revision("a", "None"));
            write("b.py", "'''Title\n\nRevises: a\n'''\n" + revision("b", "()"));
            write("c.py", revision("c", "('a', 'b')"));

            assertThat(codes()).containsExactly("unexpected_root", "unexpected_root", "merge_point");
            assertThat(read().findings().get(1).remedy()).contains("down_revision = 'a'", "--root b");

            Files.writeString(directory.resolve("godwit-graph.yaml"), "roots: [a]\n");
            assertThat(read().findings())
                    .filteredOn(Finding::isProblem)
                    .extracting(Finding::subject)
                    .containsExactly("b");

            Files.writeString(directory.resolve("godwit-graph.yaml"), "roots:\n  - a\n  - b\n");
            assertThat(codes()).containsExactly("merge_point");
        }

        @Test
        void shouldReportSeveralHeadsUntilTheyAreDeclared() throws IOException {
            write("a.py", revision("a", "None"));
            write("b.py", revision("b", "'a'"));
            write("c.py", revision("c", "'a'") + "depends_on = 'b'\n");

            assertThat(codes()).containsExactly("several_heads", "several_heads");

            Files.writeString(directory.resolve("godwit-graph.yaml"), "heads: [b, c]\n");
            assertThat(codes()).isEmpty();
        }

        @Test
        void shouldReportADeclarationThatNoLongerHolds() throws IOException {
            write("a.py", revision("a", "None"));
            Files.writeString(directory.resolve("godwit-graph.yaml"), "roots:\n  - a\n  - gone\n");

            assertThat(read().findings()).singleElement().satisfies(finding -> {
                assertThat(finding.code()).isEqualTo("stale_declaration");
                assertThat(finding.place().line()).isEqualTo(3);
            });
        }

        @Test
        void shouldReportUnknownParentsDuplicatesLoopsAndLabels() throws IOException {
            write("a.py", revision("a", "None") + "branch_labels = 'x'\n");
            write("a2.py", revision("a", "None"));
            write("b.py", revision("b", "('gone', 'a')") + "depends_on = 'nobody'\n");
            write("c.py", revision("c", "'c'"));
            write("d.py", revision("d", "''"));
            write("e.py", revision("e", "'x'") + "branch_labels = ['x', 'b']\n");

            assertThat(codes())
                    .contains("unknown_parent", "unknown_dependency", "duplicate_id", "self_loop", "duplicate_label");
            assertThat(read().findings())
                    .filteredOn(finding -> finding.code().equals("unknown_parent"))
                    .extracting(Finding::remedy)
                    .anyMatch(remedy -> remedy.contains("None"))
                    .anyMatch(remedy -> remedy.contains("branch label"));
            assertThat(read().findings()).allSatisfy(finding -> {
                assertThat(finding.place().file()).endsWith(".py");
                assertThat(finding.place().line()).isPositive();
                assertThat(finding.remedy()).isNotBlank();
            });
        }

        @Test
        void shouldNameACycleInFull() throws IOException {
            write("a.py", revision("a", "None"));
            write("b.py", revision("b", "('a', 'd')"));
            write("c.py", revision("c", "'b'"));
            write("d.py", revision("d", "None") + "depends_on = 'c'\n");

            assertThat(read().findings())
                    .filteredOn(finding -> finding.code().equals("cycle"))
                    .singleElement()
                    .satisfies(finding -> assertThat(finding.message()).contains("a cycle of 3: b → c → d → b"));
        }

        @Test
        void shouldFindARevisionThatRunsBeforeTheTableItAlters() throws IOException {
            write("a.py", revision("a", "None") + upgrade("op.create_table('users', sa.Column('id'))"));
            write("b.py", revision("b", "'a'") + upgrade("op.add_column('users', sa.Column('x'))"));
            write(
                    "z.py",
                    revision("z", "None") + upgrade("with op.batch_alter_table('users') as batch:\n        pass"));
            write("z2.py", revision("z2", "'z'") + upgrade("op.drop_column('users', 'x')"));
            write("m.py", revision("m", "('b', 'z2')"));
            Files.writeString(directory.resolve("godwit-graph.yaml"), "roots: [a, z]\n");

            assertThat(read().findings())
                    .filteredOn(Finding::isProblem)
                    .singleElement()
                    .satisfies(finding -> {
                        assertThat(finding.code()).isEqualTo("table_before_creation");
                        assertThat(finding.subject()).isEqualTo("z");
                        assertThat(finding.place().line()).isEqualTo(5);
                    });
        }
    }

    @Nested
    class Database {
        @BeforeEach
        void writeRevisions() throws IOException {
            write(
                    "a.py",
                    revision("a", "None") + upgrade("""
                    op.create_table("one", sa.Column("id"))
                        op.create_table(
                            "two",
                            sa.Column("id", sa.ForeignKey("one.id")),
                            schema="other",
                        )
                        op.create_table(NAME, schema=None)
                        helper()
                    """)
                            + "\n\nNAME = 'by_name'\n\ndef helper():\n    op.create_table('helped')\n"
                            + "\ndef downgrade():\n    op.create_table('never')\n");
            write("b.py", revision("b", "'a'") + upgrade("""
                    op.drop_table("one")
                        op.rename_table("helped", "renamed")
                        op.execute("DROP TABLE IF EXISTS by_name, public.unknown CASCADE")
                    """));
            write("c.py", revision("c", "'b'") + upgrade("op.execute('CREATE TABLE late (id int)')"));
        }

        @Test
        void shouldFindNothingWhenTheCatalogAgrees() {
            AlembicGraph compared = compared(Set.of("b"), Map.of("public", Set.of("renamed"), "other", Set.of("two")));

            assertThat(compared.findings()).isEmpty();
            assertThat(compared.graph().nodes())
                    .extracting(node -> node.state().orElse(""))
                    .containsExactly("applied", "current", "unapplied");
        }

        @Test
        void shouldNoticeThatItIsAtHeadButTheTablesAreMissing() {
            AlembicGraph compared = compared(Set.of("c"), Map.of("public", Set.of("two")));

            assertThat(compared.findings())
                    .allMatch(finding -> finding.code().equals("missing_table"))
                    .extracting(Finding::message)
                    .anyMatch(message -> message.contains("table late is missing"))
                    .anyMatch(message -> message.contains("table renamed is missing"))
                    .anyMatch(message -> message.contains("table other.two is missing (schema public has one"))
                    .hasSize(3);
        }

        @Test
        void shouldNoticeTablesThatNoRecordedRevisionMade() {
            AlembicGraph compared =
                    compared(Set.of("b"), Map.of("public", Set.of("renamed", "late"), "other", Set.of("two")));

            assertThat(compared.findings()).singleElement().satisfies(finding -> {
                assertThat(finding.code()).isEqualTo("unrecorded_table");
                assertThat(finding.subject()).isEqualTo("c");
            });
        }

        @Test
        void shouldNoticeAVersionThatNoFileHas() {
            AlembicGraph compared = compared(Set.of("elsewhere"), Map.of());

            assertThat(compared.findings()).extracting(Finding::code).containsExactly("unknown_version");
        }

        private AlembicGraph compared(Set<String> at, Map<String, Set<String>> tables) {
            DatabaseCatalog catalog =
                    new DatabaseCatalog(java.util.Optional.of("public.alembic_version"), at, List.of("public"), tables);
            return read().comparedWith(catalog);
        }
    }

    @Test
    void shouldPreferTheLastOfTwoFilesWithOneIdAsAlembicDoes() throws IOException {
        write("a.py", revision("a", "None"));
        write("b.py", revision("x", "None"));
        write("c.py", revision("x", "'a'"));

        Graph graph = read().graph();

        assertThat(graph.node(graph.find("x").orElseThrow()).parents()).containsExactly("a");
    }

    private AlembicGraph read() {
        return AlembicGraph.read(versions, Expectations.of(versions, List.of(), List.of()));
    }

    private List<String> codes() {
        return read().findings().stream().map(Finding::code).toList();
    }

    private static String revision(String id, String parents) {
        return "revision = '" + id + "'\ndown_revision = " + parents + "\n";
    }

    private static String upgrade(String body) {
        return "\ndef upgrade():\n    " + body + "\n";
    }

    private void write(String name, String content) throws IOException {
        write(name, content, StandardCharsets.UTF_8);
    }

    private void write(String name, String content, Charset charset) throws IOException {
        Path file = versions.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content, charset);
    }
}
