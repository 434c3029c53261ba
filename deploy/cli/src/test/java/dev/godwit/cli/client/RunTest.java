package dev.godwit.cli.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {"state":"completed","counts":{"migrated":3}}                                          | completed | 0
                    {"state":"completed","counts":{"conflict":1}}                                          | completed | 3
                    {"state":"completed","counts":{"failed":1}}                                            | completed | 3
                    {"state":"completed","verification":{"checks":[{"name":"c","ok":false}]}}              | completed | 5
                    {"state":"completed","verification":{"checks":[{"name":"c","ok":true}]}}               | completed | 0
                    {"state":"planned","counts":{"migrated":3},"plan":{"refusals":[]}}                     | planned   | 0
                    {"state":"planned","counts":{"conflict":3}}                                            | planned   | 3
                    {"state":"planned","plan":{"refusals":[{"code":"policy_denied"}]}}                     | planned   | 4
                    {"state":"failed","plan":null}                                                         | completed | 1
                    {"state":"failed","plan":{"refusals":[{"code":"policy_denied"}]}}                      | completed | 4
                    {"state":"failed","verification":{"checks":[{"name":"c","ok":false}]}}                 | completed | 5
                    {"state":"paused"}                                                                     | completed | 1
                    {"state":"paused"}                                                                     | paused    | 0
                    {"state":"cancelled"}                                                                  | completed | 1
                    {"state":"cancelled"}                                                                  | cancelled | 0
                    {"state":"rolled-back","counts":{"reverted":4}}                                        | rolled-back | 0
                    {"state":"rolled-back","counts":{"diverged":1}}                                        | rolled-back | 3
                    {"state":"following"}                                                                  | completed | 0
                    """)
    void shouldGiveTheExitCodeOfItsState(String json, String wanted, int code) throws JsonProcessingException {
        assertThat(run(json).exitCode(wanted)).isEqualTo(code);
    }

    @ParameterizedTest
    @CsvSource({
        "planning,false",
        "planned,true",
        "backfilling,false",
        "following,false",
        "verifying,false",
        "paused,true",
        "failed,true",
        "cancelling,false",
        "cancelled,true",
        "completed,true",
        "rolling-back,false",
        "rolled-back,true"
    })
    void shouldKnowWhichStatesWaitForACommand(String state, boolean settled) throws JsonProcessingException {
        assertThat(run("{\"state\":\"" + state + "\"}").isSettled()).isEqualTo(settled);
    }

    private static Run run(String json) throws JsonProcessingException {
        return new Run(RestClient.JSON.readTree(json));
    }
}
