package dev.godwit.cli.stage;

import dev.godwit.cli.Failure;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.LongConsumer;
import java.util.zip.GZIPInputStream;

/** A file to stage. What it is, its content says; names lie. */
record SourceFile(Path path, Kind kind, boolean compressed, long size) {
    private static final int BUFFER = 1 << 16;
    private static final int TAR_MAGIC_AT = 257;
    private static final byte[] TAR_MAGIC = "ustar".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CUSTOM_DUMP = "PGDMP".getBytes(StandardCharsets.US_ASCII);

    /** What can be staged. */
    enum Kind {
        DUMP,
        ARCHIVE
    }

    /** @throws Failure (usage) when it is not there, or neither a plain dump nor an archive */
    static SourceFile of(Path path) {
        if (!Files.isRegularFile(path) || !Files.isReadable(path)) {
            throw Failure.usage("no file that can be read: " + path);
        }
        try {
            byte[] raw = head(Files.newInputStream(path));
            boolean compressed = raw.length > 1 && raw[0] == (byte) 0x1f && raw[1] == (byte) 0x8b;
            byte[] content = compressed ? head(new GZIPInputStream(Files.newInputStream(path))) : raw;
            return new SourceFile(path, kind(path, content), compressed, Files.size(path));
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }

    /** Its content, unpacked; tells how many bytes of the file were read, whatever they unpack to. */
    InputStream open(LongConsumer progress) throws IOException {
        InputStream counted = new BufferedInputStream(new Counting(Files.newInputStream(path), progress), BUFFER);
        return compressed ? new GZIPInputStream(counted, BUFFER) : counted;
    }

    /** A failure for a file that breaks off or cannot be read. */
    static Failure unreadable(Path path, IOException cause) {
        return Failure.usage("cannot read " + path + ": " + cause.getMessage());
    }

    private static Kind kind(Path path, byte[] content) {
        if (startsWith(content, TAR_MAGIC_AT, TAR_MAGIC)) {
            return Kind.ARCHIVE;
        }
        if (startsWith(content, 0, CUSTOM_DUMP)) {
            throw Failure.usage(path + " is a dump in pg_dump's custom format; make it plain SQL first:"
                    + " pg_restore --no-owner --file=dump.sql " + path);
        }
        String name = path.getFileName().toString().toLowerCase(Locale.ROOT);
        if (contains(content, (byte) 0) || !name.matches(".*\\.sql(\\.gz)?")) {
            throw Failure.usage(path + " is neither plain SQL (.sql, .sql.gz) nor an archive (.tar, .tar.gz)");
        }
        return Kind.DUMP;
    }

    private static boolean contains(byte[] content, byte wanted) {
        for (byte one : content) {
            if (one == wanted) {
                return true;
            }
        }
        return false;
    }

    private static boolean startsWith(byte[] content, int from, byte[] wanted) {
        int end = from + wanted.length;
        return content.length >= end && Arrays.equals(content, from, end, wanted, 0, wanted.length);
    }

    private static byte[] head(InputStream in) throws IOException {
        try (in) {
            return in.readNBytes(512);
        }
    }

    private static final class Counting extends FilterInputStream {
        private final LongConsumer progress;
        private long count;

        private Counting(InputStream in, LongConsumer progress) {
            super(in);
            this.progress = progress;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int read = super.read(bytes, offset, length);
            count += Math.max(read, 0);
            progress.accept(count);
            return read;
        }
    }
}
