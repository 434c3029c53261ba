package dev.godwit.migration.definition;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Files that belong to a definition: beside it on disk, or as a run has kept them. */
interface Attachments {

    /**
     * The text of a file.
     *
     * @throws IllegalArgumentException when there is none that could be used, with a sentence for the author
     */
    String read(String name);

    /** Those that a run has kept. */
    static Attachments of(Map<String, String> kept) {
        return name -> {
            String text = kept.get(name);
            if (text == null) {
                throw new IllegalArgumentException("the run has kept no file '" + name + "'");
            }
            return text;
        };
    }

    /** Those beside a definition. Blocks on the file system. */
    static Attachments beside(Path definition) {
        return name -> {
            Path file = definition.resolveSibling(name);
            try {
                if (!Files.isRegularFile(file)) {
                    throw new IllegalArgumentException("there is no file '" + name + "' beside the definition");
                }
                if (Files.size(file) > DefinitionDirectory.FILE_BYTES_MAX) {
                    throw new IllegalArgumentException(
                            "'" + name + "' is larger than " + DefinitionDirectory.FILE_BYTES_MAX + " bytes");
                }
                String text = Files.readString(file, StandardCharsets.UTF_8);
                if (text.isBlank() || text.indexOf('\0') >= 0) {
                    throw new IllegalArgumentException("'" + name + "' holds no SQL");
                }
                return text;
            } catch (CharacterCodingException e) {
                throw new IllegalArgumentException("'" + name + "' is not UTF-8", e);
            } catch (IOException e) {
                throw new IllegalArgumentException("'" + name + "' cannot be read", e);
            }
        };
    }
}
