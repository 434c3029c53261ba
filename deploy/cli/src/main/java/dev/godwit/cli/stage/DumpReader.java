package dev.godwit.cli.stage;

import dev.godwit.cli.Failure;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Cuts a plain SQL dump into {@link DumpPiece}s as psql would, holding one statement at a time. Rows of COPY are passed through and never held.
 *
 * <p>Strings conform to the standard (a backslash is a backslash but in {@code E''}), as in every dump of the last decade; a dump that says otherwise is
 * refused by its reader's user.
 */
final class DumpReader implements Closeable {
    /** A statement must fit into memory several times over. Who has larger rows dumps them with COPY, which has no such limit. */
    static final int STATEMENT_BYTES_MAX = 16 << 20;

    private static final String BEGIN = "PostgreSQL database dump";
    private static final String COMPLETE = "PostgreSQL database dump complete";

    private final DumpBytes bytes;
    private final int statementBytesMax;
    private final ByteArrayOutputStream text = new ByteArrayOutputStream();
    private StatementWords words = new StatementWords();
    private boolean begun;
    private boolean complete;

    DumpReader(InputStream in) {
        this(in, STATEMENT_BYTES_MAX);
    }

    DumpReader(InputStream in, int statementBytesMax) {
        this.bytes = new DumpBytes(in);
        this.statementBytesMax = statementBytesMax;
    }

    /** The next piece; empty at the end of the file. */
    Optional<DumpPiece> next() throws IOException {
        skipBlanksAndComments();
        return switch (bytes.peek(0)) {
            case DumpBytes.END -> end();
            case '\\' -> Optional.of(meta());
            default -> Optional.of(statement());
        };
    }

    /** Hands the rows of a COPY on, which begin in the next line and end with {@code \.}; answers how many lines there were. */
    long passRows(DumpBytes.Sink sink) throws IOException {
        long begin = bytes.line();
        bytes.passLine((piece, offset, length) -> {});
        long rows = 0;
        while (!isEndOfRows()) {
            if (!bytes.passLine(sink)) {
                throw incomplete("the rows of the COPY in line " + begin);
            }
            rows++;
        }
        bytes.passLine((piece, offset, length) -> {});
        return rows;
    }

    @Override
    public void close() throws IOException {
        bytes.close();
    }

    private boolean isEndOfRows() throws IOException {
        if (bytes.peek(0) != '\\' || bytes.peek(1) != '.') {
            return false;
        }
        int next = bytes.peek(2);
        return next == '\n' || next == '\r' || next == DumpBytes.END;
    }

    /** pg_dump ends with a line that says so: a file that broke off between two statements would look whole otherwise. */
    private Optional<DumpPiece> end() {
        if (begun && !complete) {
            throw incomplete("the dump: its last line, \"" + COMPLETE + "\", is missing");
        }
        return Optional.empty();
    }

    private DumpPiece meta() throws IOException {
        long begin = bytes.line();
        text.reset();
        bytes.passLine(this::append);
        return new DumpPiece.Meta(decoded(begin).strip(), begin);
    }

    private DumpPiece statement() throws IOException {
        long begin = bytes.line();
        text.reset();
        words = new StatementWords();
        while (true) {
            int next = bytes.peek(0);
            if (next == DumpBytes.END) {
                throw incomplete("the statement that begins in line " + begin);
            }
            if (next == ';' && words.mayEnd()) {
                bytes.skip();
                return new DumpPiece.Sql(decoded(begin).strip(), begin);
            }
            part(next, begin);
        }
    }

    private void part(int next, long begin) throws IOException {
        if (StatementWords.isPartOfWord(next)) {
            word();
        } else if (next == '\'') {
            quoted('\'', words.isEscapeString());
        } else if (next == '"') {
            quoted('"', false);
        } else if (next == '$') {
            dollarQuoted();
        } else if (isLineComment()) {
            lineComment();
        } else if (isBlockComment()) {
            blockComment();
        } else if (next == '\\') {
            throw Failure.usage("line " + bytes.line() + ": a psql command inside the statement that begins in line "
                    + begin + "; stage reads plain SQL");
        } else {
            words.symbol(next);
            take();
        }
    }

    private void word() throws IOException {
        StringBuilder word = new StringBuilder();
        while (StatementWords.isPartOfWord(bytes.peek(0))) {
            word.append((char) bytes.peek(0));
            take();
            if (bytes.peek(0) == '$') {
                word.append('$');
                take();
            }
        }
        words.word(word.toString());
    }

    /** A quote is doubled where it belongs to the content; in an escape string a backslash may stand before it instead. */
    private void quoted(int quote, boolean escapes) throws IOException {
        long begin = bytes.line();
        words.symbol(quote);
        take();
        while (true) {
            int next = bytes.peek(0);
            if (next == DumpBytes.END) {
                throw incomplete("the text that begins in line " + begin);
            }
            take();
            if (escapes && next == '\\' && bytes.peek(0) != DumpBytes.END) {
                take();
            } else if (next == quote) {
                if (bytes.peek(0) != quote) {
                    return;
                }
                take();
            }
        }
    }

    private void dollarQuoted() throws IOException {
        Optional<byte[]> tag = dollarTag();
        words.symbol('$');
        if (tag.isEmpty()) {
            take();
            return;
        }
        long begin = bytes.line();
        take(tag.get().length);
        while (!isAhead(tag.get())) {
            if (bytes.peek(0) == DumpBytes.END) {
                throw incomplete("the text that begins in line " + begin);
            }
            take();
        }
        take(tag.get().length);
    }

    /** The opening {@code $tag$}; empty for a parameter ({@code $1}). */
    private Optional<byte[]> dollarTag() throws IOException {
        int length = 1;
        while (length < DumpBytes.AHEAD_MAX - 1 && StatementWords.isPartOfWord(bytes.peek(length))) {
            length++;
        }
        int first = bytes.peek(1);
        if (bytes.peek(length) != '$' || (first >= '0' && first <= '9')) {
            return Optional.empty();
        }
        byte[] tag = new byte[length + 1];
        for (int i = 0; i <= length; i++) {
            tag[i] = (byte) bytes.peek(i);
        }
        return Optional.of(tag);
    }

    private boolean isAhead(byte[] wanted) throws IOException {
        for (int i = 0; i < wanted.length; i++) {
            if (bytes.peek(i) != (wanted[i] & 0xff)) {
                return false;
            }
        }
        return true;
    }

    private void skipBlanksAndComments() throws IOException {
        text.reset();
        while (true) {
            int next = bytes.peek(0);
            if (isLineComment()) {
                lineComment();
            } else if (isBlockComment()) {
                blockComment();
            } else if (next == ' ' || next == '\n' || next == '\r' || next == '\t' || next == '\f' || next == ';') {
                bytes.skip();
            } else {
                return;
            }
        }
    }

    private boolean isLineComment() throws IOException {
        return bytes.peek(0) == '-' && bytes.peek(1) == '-';
    }

    private boolean isBlockComment() throws IOException {
        return bytes.peek(0) == '/' && bytes.peek(1) == '*';
    }

    private void lineComment() throws IOException {
        StringBuilder comment = new StringBuilder();
        while (bytes.peek(0) != '\n' && bytes.peek(0) != DumpBytes.END) {
            if (comment.length() < 2 * COMPLETE.length()) {
                comment.append((char) bytes.peek(0));
            }
            bytes.skip();
        }
        String said = comment.substring(2).strip();
        begun |= said.equals(BEGIN);
        complete |= said.equals(COMPLETE);
    }

    /** Comments nest. One stands between words as a blank does. */
    private void blockComment() throws IOException {
        long begin = bytes.line();
        int depth = 0;
        do {
            boolean opens = isBlockComment();
            boolean closes = bytes.peek(0) == '*' && bytes.peek(1) == '/';
            depth += opens ? 1 : closes ? -1 : 0;
            if (bytes.peek(0) == DumpBytes.END) {
                throw incomplete("the comment that begins in line " + begin);
            }
            bytes.skip();
            if (opens || closes) {
                bytes.skip();
            }
        } while (depth > 0);
        text.write(' ');
    }

    private void take() throws IOException {
        if (text.size() >= statementBytesMax) {
            throw Failure.usage("line " + bytes.line() + ": a statement of more than " + (statementBytesMax >> 20)
                    + " MiB; dump these rows with COPY (pg_dump without --inserts), which has no such limit");
        }
        text.write(bytes.peek(0));
        bytes.skip();
    }

    private void take(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            take();
        }
    }

    private void append(byte[] piece, int offset, int length) {
        text.write(piece, offset, length);
    }

    private String decoded(long begin) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(text.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw Failure.usage("the statement that begins in line " + begin
                    + " is not UTF-8; dump with --encoding=UTF8, or convert the file with iconv");
        }
    }

    private static Failure incomplete(String what) {
        return Failure.usage("the file ends within " + what + "; it is not whole");
    }
}
