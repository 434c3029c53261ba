package dev.godwit.cli.stage;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;

/** The bytes of a dump with a few of look-ahead, and the number of the line that they stand in. Not for several threads. */
final class DumpBytes implements Closeable {
    /** What {@link #peek} answers behind the last byte. */
    static final int END = -1;
    /** How far one can look ahead: a dollar quote's tag is a name, and a name has 63 bytes. */
    static final int AHEAD_MAX = 128;

    private static final int CAPACITY = 1 << 16;

    private final InputStream in;
    private final byte[] buffer = new byte[CAPACITY];
    private int at;
    private int end;
    private boolean drained;
    private long line = 1;

    DumpBytes(InputStream in) {
        this.in = in;
    }

    /** Number of the line, from 1, in which the next byte stands. */
    long line() {
        return line;
    }

    /** The byte that comes after {@code ahead} others, as 0 to 255, or {@link #END}. */
    int peek(int ahead) throws IOException {
        if (at + ahead >= end) {
            fill(ahead + 1);
        }
        return at + ahead < end ? buffer[at + ahead] & 0xff : END;
    }

    /** Goes past one byte. */
    void skip() {
        if (buffer[at++] == '\n') {
            line++;
        }
    }

    /** Hands on what is left of the line, its end included, in pieces as they come. Answers whether the line had an end. */
    boolean passLine(Sink sink) throws IOException {
        while (peek(0) != END) {
            int begin = at;
            while (at < end && buffer[at] != '\n') {
                at++;
            }
            boolean ended = at < end;
            if (ended) {
                at++;
                line++;
            }
            sink.accept(buffer, begin, at - begin);
            if (ended) {
                return true;
            }
        }
        return false;
    }

    private void fill(int wanted) throws IOException {
        if (at > 0) {
            System.arraycopy(buffer, at, buffer, 0, end - at);
            end -= at;
            at = 0;
        }
        while (!drained && end < wanted) {
            int read = in.read(buffer, end, CAPACITY - end);
            drained = read < 0;
            end += Math.max(read, 0);
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    /** Where bytes go. They are valid during the call only. */
    interface Sink {
        void accept(byte[] bytes, int offset, int length) throws IOException;
    }
}
