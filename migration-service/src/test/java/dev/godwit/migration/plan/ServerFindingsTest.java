package dev.godwit.migration.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.migration.plan.ServerFindings.Server;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerFindingsTest {

    @ParameterizedTest
    @CsvSource({"150012, 15.13", "150000, 15.13", "160008, 16.9", "170004, 17.5"})
    void shouldWarnOfMinorReleasesThatMayLoseChangesT29(int version, String safe) {
        assertThat(ServerFindings.judge(server(version))).singleElement().satisfies(finding -> {
            assertThat(finding.code()).isEqualTo("server_minor");
            assertThat(finding.refuses()).isFalse();
            assertThat(finding.remedy()).contains("install " + safe);
        });
    }

    @ParameterizedTest
    @CsvSource({"150013", "160009", "170005", "180000", "180006"})
    void shouldBeContentWithMinorReleasesThatLoseNothingT29(int version) {
        assertThat(ServerFindings.judge(server(version))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"140018", "90624", "190000"})
    void shouldRefuseMajorReleasesThatNobodyHasTriedT29(int version) {
        assertThat(ServerFindings.judge(server(version))).singleElement().satisfies(finding -> assertThat(
                        finding.code() + finding.refuses())
                .isEqualTo("server_versiontrue"));
    }

    private static Server server(int version) {
        return new Server(version, Integer.toString(version), "logical", false, "godwit");
    }
}
