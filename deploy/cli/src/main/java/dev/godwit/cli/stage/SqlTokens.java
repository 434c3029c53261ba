package dev.godwit.cli.stage;

import dev.godwit.cli.stage.SqlToken.Kind;
import org.postgresql.core.Parser;

/** Reads one statement token by token. Where texts, names and comments end is said by the JDBC driver's own parser. */
final class SqlTokens {
    private final char[] sql;
    private final String text;

    SqlTokens(String text) {
        this.text = text;
        this.sql = text.toCharArray();
    }

    /** The first token at or behind the position. */
    SqlToken from(int position) {
        int at = position;
        while (at < sql.length) {
            int behindComment = behindComment(at);
            if (behindComment > at) {
                at = behindComment;
            } else if (Character.isWhitespace(sql[at])) {
                at++;
            } else {
                return token(at);
            }
        }
        return new SqlToken(Kind.END, "", sql.length);
    }

    private int behindComment(int at) {
        if (sql[at] == '-') {
            int last = Parser.parseLineComment(sql, at);
            return last > at ? Math.min(last + 1, sql.length) : at;
        }
        if (sql[at] == '/') {
            int last = Parser.parseBlockComment(sql, at);
            return last > at ? Math.min(last + 1, sql.length) : at;
        }
        return at;
    }

    private SqlToken token(int at) {
        char first = sql[at];
        if (first == '\'') {
            return upTo(Kind.TEXT, at, lastOfQuoted(at, isEscapeString(at)));
        }
        if (first == '"') {
            return upTo(Kind.QUOTED_NAME, at, lastOfQuoted(at, false));
        }
        if (first == '$') {
            int last = Parser.parseDollarQuotes(sql, at);
            return upTo(last > at ? Kind.DOLLAR_TEXT : Kind.SYMBOL, at, last);
        }
        if (Parser.isIdentifierStartChar(first) || Character.isDigit(first)) {
            int last = at;
            while (last + 1 < sql.length && Parser.isIdentifierContChar(sql[last + 1])) {
                last++;
            }
            return upTo(Kind.WORD, at, last);
        }
        return upTo(Kind.SYMBOL, at, at);
    }

    /** The parser ends at each quote; a doubled one belongs to the content, and what follows it too. */
    private int lastOfQuoted(int at, boolean escapes) {
        char quote = sql[at];
        int last = at - 1;
        do {
            last = quote == '"'
                    ? Parser.parseDoubleQuotes(sql, last + 1)
                    : Parser.parseSingleQuotes(sql, last + 1, !escapes);
        } while (last + 1 < sql.length && sql[last + 1] == quote);
        return last;
    }

    private boolean isEscapeString(int at) {
        return at > 0
                && (sql[at - 1] == 'e' || sql[at - 1] == 'E')
                && (at == 1 || !Parser.isIdentifierContChar(sql[at - 2]));
    }

    private SqlToken upTo(Kind kind, int first, int last) {
        int end = Math.min(last + 1, sql.length);
        return new SqlToken(kind, text.substring(first, end), end);
    }
}
