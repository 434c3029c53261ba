package dev.godwit.migration.testing;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.login.AppConfigurationEntry;
import org.apache.kafka.common.security.auth.AuthenticateCallbackHandler;

/**
 * What a broker asks who may log in by a password. Broker and service are in one JVM here, and SASL's providers belong to the JVM: the first of two class loaders gives the mechanism to both, so that the
 * question may be of a class that Kafka's own handler does not know.
 */
public final class PasswordOfTests implements AuthenticateCallbackHandler {

    static final String NAME = "godwit";
    static final String PASSWORD = "known to the broker";

    @Override
    public void configure(Map<String, ?> settings, String mechanism, List<AppConfigurationEntry> login) {}

    @Override
    public void handle(Callback[] callbacks) throws IOException {
        String name = "";
        for (Callback callback : callbacks) {
            if (callback instanceof NameCallback asked) {
                name = asked.getDefaultName();
            } else {
                answer(callback, name);
            }
        }
    }

    private static void answer(Callback asked, String name) throws IOException {
        try {
            String given =
                    new String((char[]) asked.getClass().getMethod("password").invoke(asked));
            asked.getClass()
                    .getMethod("authenticated", boolean.class)
                    .invoke(asked, NAME.equals(name) && PASSWORD.equals(given));
        } catch (ReflectiveOperationException e) {
            throw new IOException("the broker asks in another way than by a password: " + asked, e);
        }
    }

    @Override
    public void close() {}
}
