package dev.godwit.migration.pace;

import java.util.OptionalLong;
import java.util.regex.Pattern;

/** Names of WAL files: timeline, then the high and the low half of the segment's number, eight hexadecimal digits each. */
final class WalSegment {

    private static final Pattern NAME = Pattern.compile("[0-9A-F]{24}.*");
    private static final long HALF = 1L << 32;

    private WalSegment() {}

    /** The number of a segment, over all timelines; empty for what is no segment, such as a timeline's history. */
    static OptionalLong number(String name, long segmentBytes) {
        if (name == null || !NAME.matcher(name).matches()) {
            return OptionalLong.empty();
        }
        long high = Long.parseLong(name.substring(8, 16), 16);
        long low = Long.parseLong(name.substring(16, 24), 16);
        return OptionalLong.of(high * (HALF / segmentBytes) + low);
    }
}
