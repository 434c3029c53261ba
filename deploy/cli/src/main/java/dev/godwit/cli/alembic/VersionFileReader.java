package dev.godwit.cli.alembic;

import dev.godwit.cli.alembic.PythonModule.Assignment;
import dev.godwit.cli.alembic.PythonValue.Items;
import dev.godwit.cli.alembic.PythonValue.None;
import dev.godwit.cli.alembic.PythonValue.Text;
import dev.godwit.cli.alembic.PythonValue.Unknown;
import dev.godwit.cli.graph.Finding;
import dev.godwit.cli.graph.Node;
import dev.godwit.cli.graph.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Turns the text of a file into a revision, by Alembic's rules, and notes what it could not read. */
final class VersionFileReader {
    /** Alembic takes the id of a file that names none from such a file name. */
    private static final Pattern LEGACY_NAME = Pattern.compile("([a-f0-9]+)\\.py");

    private static final Pattern REVISES = Pattern.compile("(?m)^Revises:[ \\t]*(\\S[^\\n]*?)[ \\t]*$");

    /** Separators of Alembic's own notation, as in {@code branch@head} and {@code ae10+2}. */
    private static final Pattern ILLEGAL = Pattern.compile("[@:+-]");

    private final String file;
    private final String fileName;
    private final PythonModule module;
    private final List<Finding> findings;
    private boolean isUnreadable;

    /** @param file as places name it */
    VersionFileReader(String file, String fileName, PythonModule module, List<Finding> findings) {
        this.file = file;
        this.fileName = fileName;
        this.module = module;
        this.findings = findings;
    }

    /** Empty when the file is no revision, or its id is not to be read. */
    Optional<VersionFile> read() {
        module.trouble()
                .ifPresent(trouble -> findings.add(Finding.problem(
                        "unreadable_file",
                        fileName,
                        new Place(file, trouble.line()),
                        "this is not Python: " + trouble.message(),
                        "Alembic stops at this file; repair it, or move it out of the directory")));
        Optional<Assignment> revision = module.assigned("revision");
        if (revision.isEmpty()) {
            return withoutRevision();
        }
        Place place = new Place(file, revision.get().line());
        if (!(revision.get().value() instanceof Text id)) {
            unreadable("revision", revision.get(), "write the id as a string: revision = \"…\"");
            return Optional.empty();
        }
        return Optional.of(versionFile(id.value(), place));
    }

    private Optional<VersionFile> withoutRevision() {
        Matcher legacy = LEGACY_NAME.matcher(fileName);
        if (legacy.matches() && module.assigned("down_revision").isPresent()) {
            return Optional.of(versionFile(legacy.group(1), new Place(file, 1)));
        }
        if (module.trouble().isEmpty()) {
            findings.add(Finding.note(
                    "no_revision",
                    fileName,
                    new Place(file, 0),
                    "assigns no 'revision', so it is no migration and is left out",
                    "Alembic refuses a versions directory with such a file; keep helpers elsewhere"));
        }
        return Optional.empty();
    }

    private VersionFile versionFile(String id, Place place) {
        if (ILLEGAL.matcher(id).find() || id.isEmpty()) {
            findings.add(Finding.problem(
                    "illegal_id",
                    id,
                    place,
                    "the id '" + id + "' is empty or has one of @ - + :",
                    "Alembic refuses it; use letters, digits and _"));
        }
        if (module.assigned("down_revision").isEmpty()) {
            isUnreadable = true;
            findings.add(Finding.problem(
                    "no_down_revision",
                    id,
                    place,
                    "revision " + id + " assigns no 'down_revision'",
                    "Alembic stops at this file; write its parent, or down_revision = None for a root"));
        }
        Node node = new Node(
                id,
                title(),
                ids("down_revision"),
                ids("depends_on"),
                ids("branch_labels"),
                Optional.empty(),
                place,
                placeOf("down_revision", place));
        return new VersionFile(node, revises(), isUnreadable, TableOperations.of(module, file));
    }

    /** The first paragraph of the docstring, as Alembic shows it. */
    private String title() {
        String text = module.docstring().strip();
        int end = text.indexOf("\n\n");
        String paragraph = end < 0 ? text : text.substring(0, end);
        int header = paragraph.indexOf("\nRevision ID:");
        return (header < 0 ? paragraph : paragraph.substring(0, header)).strip().replaceAll("\\s+", " ");
    }

    private Optional<String> revises() {
        Matcher revises = REVISES.matcher(module.docstring());
        return revises.find() ? Optional.of(revises.group(1)) : Optional.empty();
    }

    private Place placeOf(String name, Place otherwise) {
        return module.assigned(name)
                .map(assignment -> new Place(file, assignment.line()))
                .orElse(otherwise);
    }

    private List<String> ids(String name) {
        Optional<Assignment> assignment = module.assigned(name);
        if (assignment.isEmpty()) {
            return List.of();
        }
        Optional<List<String>> ids = ids(assignment.get().value());
        if (ids.isEmpty()) {
            isUnreadable |= !name.equals("branch_labels");
            unreadable(name, assignment.get(), "write " + name + " as None, a string, or a tuple of strings");
        }
        return ids.orElse(List.of());
    }

    /** Empty when one of them is no text. A lone {@code (None,)} is none, as to Alembic. */
    private static Optional<List<String>> ids(PythonValue value) {
        if (value instanceof None) {
            return Optional.of(List.of());
        }
        if (value instanceof Text text) {
            return Optional.of(List.of(text.value()));
        }
        if (!(value instanceof Items items)) {
            return Optional.empty();
        }
        if (items.values().size() == 1 && items.values().get(0) instanceof None) {
            return Optional.of(List.of());
        }
        List<String> ids = new ArrayList<>();
        for (PythonValue item : items.values()) {
            if (!(item instanceof Text text)) {
                return Optional.empty();
            }
            ids.add(text.value());
        }
        return Optional.of(ids);
    }

    private void unreadable(String name, Assignment assignment, String remedy) {
        String reason =
                assignment.value() instanceof Unknown unknown ? unknown.reason() : "is no text and no tuple of texts";
        findings.add(Finding.problem(
                "unreadable_value",
                fileName,
                new Place(file, assignment.line()),
                "'" + name + "' cannot be read without running Python: it " + reason,
                remedy));
    }
}
