package dev.godwit.audit.trail;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes that grow, numbers in network order. Not safe for use by several threads. */
final class Bytes {

    private byte[] array;
    private int length;

    Bytes(int capacity) {
        array = new byte[capacity];
    }

    byte[] array() {
        return array;
    }

    int length() {
        return length;
    }

    void clear() {
        length = 0;
    }

    void putByte(int value) {
        reserve(1);
        array[length++] = (byte) value;
    }

    void putShort(int value) {
        reserve(2);
        array[length++] = (byte) (value >>> 8);
        array[length++] = (byte) value;
    }

    void putInt(int value) {
        putShort(value >>> 16);
        putShort(value);
    }

    void putLong(long value) {
        putInt((int) (value >>> 32));
        putInt((int) value);
    }

    void put(byte[] bytes, int count) {
        reserve(count);
        System.arraycopy(bytes, 0, array, length, count);
        length += count;
    }

    /** A number in decimal digits. */
    void putDecimal(long value) {
        if (value < 10) {
            putByte('0' + (int) value);
        } else if (value < 100) {
            putByte('0' + (int) value / 10);
            putByte('0' + (int) value % 10);
        } else {
            byte[] digits = Long.toString(value).getBytes(StandardCharsets.US_ASCII);
            put(digits, digits.length);
        }
    }

    /** The form in which texts enter a hash: their length in decimal, a colon, themselves. */
    void putNet(byte[] bytes, int count) {
        putDecimal(count);
        putByte(':');
        put(bytes, count);
    }

    void putNet(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        putNet(bytes, bytes.length);
    }

    /** Characters in UTF-8; what is no character becomes a question mark, as Java has it everywhere. */
    void putText(char[] characters, int offset, int count) {
        reserve(count);
        int at = length;
        for (int i = offset; i < offset + count; i++) {
            char character = characters[i];
            if (character >= 0x80) {
                byte[] encoded = new String(characters, offset, count).getBytes(StandardCharsets.UTF_8);
                put(encoded, encoded.length);
                return;
            }
            array[at++] = (byte) character;
        }
        length = at;
    }

    boolean holds(byte[] bytes) {
        return Arrays.equals(array, 0, length, bytes, 0, bytes.length);
    }

    String text() {
        return new String(array, 0, length, StandardCharsets.UTF_8);
    }

    byte[] copy() {
        return Arrays.copyOf(array, length);
    }

    private void reserve(int count) {
        if (length + count > array.length) {
            array = Arrays.copyOf(array, Math.max(length + count, array.length * 2));
        }
    }
}
