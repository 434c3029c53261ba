package dev.godwit.cli.demo.roles;

import static org.assertj.core.api.Assertions.assertThat;

import dev.godwit.cli.demo.Check;
import dev.godwit.cli.demo.Proof.Moment;
import dev.godwit.cli.demo.roles.Access.Assignment;
import dev.godwit.cli.demo.roles.Access.Right;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A proof is worth what it finds: each claim falls when what it claims is not so. */
class RoleProofTest {

    private static final String SUM = "0123456789abcdef0123456789abcdef";
    private static final UUID USER = new UUID(1, 1);
    private static final UUID PROJECT = new UUID(2, 2);
    private static final UUID OF_THE_RUN = new UUID(3, 3);
    private static final UUID BY_HAND = new UUID(4, 4);
    private static final Right OWNER = new Right(USER, "Owner", "project", PROJECT);
    private static final Right VIEWER = new Right(USER, "Viewer", "project", PROJECT);

    private final RoleLedger ledger = new RoleLedger();
    private final RoleProof proof = new RoleProof(ledger);
    private final Access before = access();
    private final Access there = access();
    private final Access back = access();

    private static Access access() {
        Map<Entity, Map<UUID, String>> sums = new EnumMap<>(Entity.class);
        for (Entity entity : Entity.values()) {
            sums.put(entity, new HashMap<>());
        }
        sums.get(Entity.USERS).put(USER, SUM);
        sums.get(Entity.PROJECTS).put(PROJECT, SUM);
        return new Access(sums, new HashMap<>(), new HashSet<>(Set.of(OWNER)), new HashSet<>(Set.of(OWNER)));
    }

    private static void grant(Access access, UUID id, Right right) {
        access.sums().get(Entity.ASSIGNMENTS).put(id, SUM);
        access.assignments().put(id, new Assignment(right, true, SUM));
    }

    @BeforeEach
    void assignTheOwnerAndGrantOneByHand() {
        grant(there, OF_THE_RUN, OWNER);
        grant(there, BY_HAND, VIEWER);
        grant(back, BY_HAND, VIEWER);
        ledger.assigned(BY_HAND, SUM, true);
        proof.take(Moment.BEFORE, before);
        proof.take(Moment.THERE, there);
        proof.take(Moment.BACK, back);
    }

    private List<String> fallen() {
        return Stream.concat(proof.there(null).stream(), proof.back(null).stream())
                .filter(check -> !check.holds())
                .map(Check::claim)
                .toList();
    }

    @Test
    void shouldHoldWhenTheOwnerIsAssignedAndTheRunsRowGoesAgain() {
        assertThat(fallen()).isEmpty();
    }

    @Test
    void shouldFallWhenSomebodyIsNotAssignedOrCanLoseTheStarterProject() {
        there.assignments().put(OF_THE_RUN, new Assignment(OWNER, false, SUM));
        assertThat(fallen()).containsExactly("owning the starter project is for good");

        there.assignments().remove(OF_THE_RUN);
        assertThat(fallen()).containsExactly("everybody is assigned what is theirs, superusers all");
    }

    @Test
    void shouldFallWhenSomebodyHasMoreThanIsDue() {
        there.assignments().put(new UUID(5, 5), new Assignment(VIEWER, false, SUM));

        assertThat(fallen()).containsExactly("nobody has more, but for what people granted");
    }

    @Test
    void shouldFallWhenTheRollbackTakesARowOfPeopleOrLeavesOneOfTheRun() {
        back.sums().get(Entity.ASSIGNMENTS).remove(BY_HAND);
        assertThat(fallen())
                .containsExactly(
                        "what the runs made is gone, what people made is left",
                        "what people granted meanwhile stands, to the byte");

        grant(back, BY_HAND, VIEWER);
        grant(back, OF_THE_RUN, OWNER);
        assertThat(fallen()).containsExactly("what the runs made is gone, what people made is left");
    }

    @Test
    void shouldFallWhenARowOfAnotherTableIsTouched() {
        there.sums().get(Entity.PROJECTS).put(PROJECT, "another");
        back.sums().get(Entity.USERS).remove(USER);

        assertThat(fallen())
                .containsExactly(
                        "every row of other tables is as people wrote it",
                        "every row of other tables is as people wrote it");
    }

    @Test
    void shouldFallWhenWhatWasGrantedBeforeIsTouched() {
        UUID granted = new UUID(6, 6);
        grant(before, granted, VIEWER);
        grant(back, granted, VIEWER);
        assertThat(fallen()).containsExactly("what had been granted before is left alone");

        grant(there, granted, VIEWER);
        assertThat(fallen()).isEmpty();
    }
}
