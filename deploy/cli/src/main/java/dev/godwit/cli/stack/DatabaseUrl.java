package dev.godwit.cli.stack;

import dev.godwit.cli.Failure;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Properties;

/** Address and credentials of one PostgreSQL database. {@link #toString} hides the password; {@link #toUrl} does not. */
public record DatabaseUrl(String host, int port, String database, String user, String password) {
    private static final int DEFAULT_PORT = 5432;

    /**
     * Reads {@code postgresql://user:password@host:port/database}; user and password may be percent-encoded.
     *
     * @throws Failure (usage) when the text is something else
     */
    public static DatabaseUrl parse(String text) {
        try {
            URI uri = new URI(text);
            String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
            String path = uri.getPath();
            if ((!scheme.equals("postgresql") && !scheme.equals("postgres"))
                    || uri.getHost() == null
                    || path == null
                    || path.length() < 2
                    || uri.getRawUserInfo() == null) {
                throw malformed();
            }
            String userInfo = uri.getRawUserInfo();
            int colon = userInfo.indexOf(':');
            String user = decode(colon < 0 ? userInfo : userInfo.substring(0, colon));
            String password = colon < 0 ? "" : decode(userInfo.substring(colon + 1));
            int port = uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort();
            return new DatabaseUrl(uri.getHost(), port, path.substring(1), user, password);
        } catch (URISyntaxException e) {
            throw malformed();
        }
    }

    /** The URL as libpq writes it, with the password. */
    public String toUrl() {
        return "postgresql://" + encode(user) + ":" + encode(password) + "@" + host + ":" + port + "/"
                + encode(database);
    }

    /** The same server and database for another role. */
    public DatabaseUrl as(String otherUser, String otherPassword) {
        return new DatabaseUrl(host, port, database, otherUser, otherPassword);
    }

    /** The same server and role, another database. */
    public DatabaseUrl in(String otherDatabase) {
        return new DatabaseUrl(host, port, otherDatabase, user, password);
    }

    /** Opens a JDBC connection; waits at most five seconds for the server to answer. */
    public Connection connect() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", user);
        properties.setProperty("password", password);
        properties.setProperty("connectTimeout", "5");
        properties.setProperty("loginTimeout", "5");
        properties.setProperty("ApplicationName", "godwit-cli");
        return DriverManager.getConnection(
                "jdbc:postgresql://" + host + ":" + port + "/" + encode(database), properties);
    }

    @Override
    public String toString() {
        return user + "@" + host + ":" + port + "/" + database;
    }

    private static Failure malformed() {
        return Failure.usage("--database-url must look like postgresql://user:password@host:5432/database"
                + " (percent-encode special characters of the password)");
    }

    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
