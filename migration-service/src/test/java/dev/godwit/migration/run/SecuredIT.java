package dev.godwit.migration.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.godwit.migration.testing.Secured;
import dev.godwit.migration.testing.TestKafka;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.TrustManagerFactory;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** The whole service with a broker that takes nobody without a certificate and a password, over encrypted sessions alone: commands, queue, tail, look-ups of offsets, and REST. */
@QuarkusTest
@TestProfile(Secured.class)
@DisabledIfSystemProperty(named = "containers", matches = "required|if-possible")
class SecuredIT extends LiveRuns {

    @ConfigProperty(name = "kafka.security.protocol")
    String protocol;

    @ConfigProperty(name = "test.certificate")
    Path certificate;

    @TestHTTPResource(value = "/api/runs", tls = true)
    URI overTls;

    @Test
    void shouldBackfillFollowAndCompleteWithKafkaOverEncryptedSessions() {
        String run = following("first");
        insert("first", 21, 40);
        patiently().untilAsserted(() -> assertThat(pending("first")).isZero());

        complete(run);

        assertThat(protocol).isEqualTo("SASL_SSL");
        assertThat(value("SELECT count(*) FROM first WHERE id LIKE 'new %'")).isEqualTo("40");
    }

    @Test
    void shouldMeetABrokerThatLetsInOnlyWhoProvesWhoHeIs() throws Exception {
        callOn(TestKafka.secured());
        assertThatThrownBy(() -> callOn(TestKafka.securedWithoutCertificate()))
                .hasCauseInstanceOf(SslAuthenticationException.class);
        // The broker may not know the class of its own mechanism's refusal (PasswordOfTests), and then only hangs up.
        assertThatThrownBy(() -> callOn(TestKafka.securedWithoutPassword()))
                .cause()
                .isInstanceOfAny(SaslAuthenticationException.class, TimeoutException.class);
    }

    private static void callOn(Map<String, String> settings) throws ExecutionException, InterruptedException {
        Map<String, Object> patient = new HashMap<>(settings);
        patient.put("request.timeout.ms", 15_000);
        patient.put("default.api.timeout.ms", 15_000);
        try (Admin stranger = Admin.create(patient)) {
            stranger.describeCluster().clusterId().get();
        }
    }

    @Test
    void shouldAnswerOverTlsAloneAndTellBrowsersToStayWithIt() throws Exception {
        HttpResponse<String> answer = get(client(), overTls);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Strict-Transport-Security"))
                .hasValueSatisfying(stay -> assertThat(stay).startsWith("max-age="));
        assertThatThrownBy(() -> get(HttpClient.newHttpClient(), overTls))
                .as("who does not trust the certificate")
                .isInstanceOf(SSLHandshakeException.class);
        URI plain = URI.create(overTls.toString().replace("https:", "http:"));
        assertThatThrownBy(() -> get(client(), plain)).isInstanceOf(IOException.class);
    }

    private HttpClient client() throws IOException, GeneralSecurityException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        try (InputStream in = Files.newInputStream(certificate)) {
            trusted.setCertificateEntry(
                    "own", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return HttpClient.newBuilder().sslContext(context).build();
    }

    private static HttpResponse<String> get(HttpClient client, URI uri) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }
}
