package dev.godwit.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.godwit.cli.Failure;
import dev.godwit.cli.client.RestClient;
import dev.godwit.cli.client.Run;
import org.junit.jupiter.api.Test;

class PlanComparisonTest {

    private static final String PLAN = """
            {"counts": {"migrated": 38, "conflict": 1}, "definitionHash": "sha256:a",
             "conflicts": [{"reason": "duplicate", "count": 1}],
             "references": [{"table": "public.chunks", "column": "document_id", "kind": "foreign-key", "rows": 40}],
             "inventory": [{"name": "documents", "value": 39}], "undeclared": []}
            """;

    @Test
    void shouldFindNothingBetweenEqualPlans() throws Exception {
        assertThat(PlanComparison.withProduction(json(PLAN), json(PLAN))).isEmpty();
        assertThat(PlanComparison.withProduction(json("{\"run\": \"r1\", \"plan\": " + PLAN + "}"), json(PLAN)))
                .isEmpty();
    }

    @Test
    void shouldNameWhatDiffersFromProduction() throws Exception {
        String here = PLAN.replace("\"migrated\": 38", "\"migrated\": 37")
                .replace("sha256:a", "sha256:b")
                .replace("\"duplicate\"", "\"null_key\"")
                .replace("40", "41")
                .replace("\"value\": 39", "\"value\": 38")
                .replace(
                        "\"undeclared\": []",
                        "\"undeclared\": [{\"table\": \"public.log\", \"column\": \"doc\", \"rows\": 2}]");

        assertThat(PlanComparison.withProduction(json(PLAN), json(here)))
                .containsExactly(
                        "production planned another content of the definition: sha256:a, here sha256:b",
                        "entities that would be migrated: 38 in production, 37 here",
                        "conflicts because of duplicate: 1 in production, none here",
                        "conflicts because of null_key: none in production, 1 here",
                        "rows that refer by public.chunks.document_id (foreign-key): 40 in production, 41 here",
                        "inventory: documents: 39 in production, 38 here",
                        "undeclared references: public.log.doc: none in production, 2 here");
    }

    @Test
    void shouldCompareWhatCameAndWhatWentBack() throws Exception {
        Run committed =
                run("{\"run\": \"r1\", \"state\": \"completed\", \"counts\": {\"migrated\": 37, \"conflict\": 1}}");
        Run whole = run("{\"state\": \"rolled-back\", \"counts\": {\"reverted\": 37}}");
        Run part = run("{\"state\": \"rolled-back\", \"counts\": {\"reverted\": 36, \"diverged\": 1}}");

        assertThat(PlanComparison.withCommit(json(PLAN), committed))
                .containsExactly("the plan foresaw 38 migrated, 37 came");
        assertThat(PlanComparison.withRollback(committed, whole)).isEmpty();
        assertThat(PlanComparison.withRollback(committed, part))
                .containsExactly("1 entities were not restored", "37 entities were migrated, 36 went back");
    }

    @Test
    void shouldRefuseAFileThatIsNoPlan() {
        assertThatThrownBy(() -> PlanComparison.mustBePlan(json("{\"runs\": []}")))
                .isInstanceOf(Failure.class);
    }

    private static Run run(String text) throws JsonProcessingException {
        return new Run(json(text));
    }

    private static JsonNode json(String text) throws JsonProcessingException {
        return RestClient.JSON.readTree(text);
    }
}
