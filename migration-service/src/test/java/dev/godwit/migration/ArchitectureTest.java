package dev.godwit.migration;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.godwit.migration.batch.Batches;
import dev.godwit.migration.batch.RunContext;
import dev.godwit.migration.batch.Undo;
import dev.godwit.migration.definition.OperationDefinition;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.MutinyEmitter;
import io.vertx.pgclient.PgException;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Emitter;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .importUrl(Batches.class.getProtectionDomain().getCodeSource().getLocation());

    /** Or compare with moments of others: files, hours of the day, a database's. */
    private static final Set<String> WHO_WRITE_MOMENTS_DOWN = Set.of(
            "DirectoryTarget",
            "HealthRounds",
            "OutcomeEvents",
            "Paces",
            "Pacing",
            "Rejections",
            "Requests",
            "RunSnapshots",
            "Stamps",
            "TailConsumer");

    @Test
    void shouldKeepOperationsAndDefinitionsPlainJava() {
        noClasses()
                .that()
                .resideInAnyPackage("..migration.operation..", "..migration.definition..", "..migration.script..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.quarkus..", "io.vertx..", "io.smallrye..", "jakarta..", "org.apache.kafka..", "java.sql..")
                .because(
                        "what a migration means is testable as text in, SQL out, without a server and without a framework")
                .check(CLASSES);
    }

    @Test
    void shouldKeepTheRestOutOfDefinitions() {
        noClasses()
                .that()
                .resideInAPackage("..migration.definition..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "..migration.operation..", "..migration.batch..", "..migration.run..", "..migration.catalog..")
                .because("a file can be checked before there is a database or an engine")
                .check(CLASSES);
    }

    @Test
    void shouldReadErrorsOfPostgreSqlInOnePlace() {
        noClasses()
                .that()
                .resideOutsideOfPackage("..migration.sql..")
                .should()
                .dependOnClassesThat()
                .areAssignableTo(PgException.class)
                .because("what a SQLSTATE means for a batch must not depend on who catches it; PgErrors says it once")
                .check(CLASSES);
    }

    @Test
    void shouldInjectByConstructorOnly() {
        noFields()
                .should()
                .beAnnotatedWith(Inject.class)
                .orShould()
                .beAnnotatedWith(ConfigProperty.class)
                .orShould()
                .beAnnotatedWith(Channel.class)
                .because(
                        "a class whose needs are in its constructor can be made in a test, and its fields can be final")
                .check(CLASSES);
    }

    @Test
    void shouldWaitForNothingButWhereALibraryLeavesNoChoice() {
        noClasses()
                .that()
                .doNotHaveSimpleName("TailPositions")
                .and()
                .doNotHaveSimpleName("CaptureSetup")
                .and()
                .doNotHaveSimpleName("SourceSetup")
                .should()
                .callMethod(Uni.class, "await")
                .because(
                        "a thread that waits is an event loop that stands still, or a worker that is gone; a rebalance and the start of the service are the two places where the caller needs the answer before it returns")
                .check(CLASSES);
    }

    @Test
    void shouldSendToKafkaOnlyWhatNoTransactionCovers() {
        noClasses()
                .that()
                .resideOutsideOfPackages("..migration.chunk..", "..migration.ids..", "..migration.deadletter..")
                .should()
                .dependOnClassesThat()
                .areAssignableTo(Emitter.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(MutinyEmitter.class)
                .because(
                        "an event about data leaves through the outbox, or it could be told though its transaction was not committed; the work queue, the projection of ids and dead letters can be repeated")
                .check(CLASSES);
    }

    @Test
    void shouldWaitByAClockThatNobodySets() {
        noClasses()
                .that()
                .resideOutsideOfPackage("..migration.clock..")
                .and(DescribedPredicate.not(simpleNameIn(WHO_WRITE_MOMENTS_DOWN)))
                .should()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .because(
                        "the machine's clock may jump by hours: a deadline by it would come at once, or not for hours; Steady passes as time does")
                .check(CLASSES);
    }

    private static DescribedPredicate<JavaClass> simpleNameIn(Set<String> names) {
        return DescribedPredicate.describe("a name that is listed", type -> names.contains(type.getSimpleName()));
    }

    @Test
    void shouldKeepTheRestInterfaceOutOfTheEngine() {
        noClasses()
                .that()
                .resideOutsideOfPackage("..migration.api..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("..migration.api..")
                .because("REST is one way in; commands by Kafka take the same path and know nothing of it")
                .check(CLASSES);
    }

    @Test
    void shouldKeepBatchesFreeOfBrokerAndSchedule() {
        noClasses()
                .that()
                .resideInAnyPackage("..migration.batch..", "..migration.outbox..", "..migration.sql..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.apache.kafka..", "org.eclipse.microprofile.reactive.messaging..", "io.quarkus.scheduler..")
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Scheduled.class)
                .because("a lane chooses what a batch works on; the batch must be the same whoever calls it")
                .check(CLASSES);
    }

    @Test
    void shouldKeepKindsOfOperationsOutOfTheSpine() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "..migration.chunk..", "..migration.tail..", "..migration.run..", "..migration.api..")
                .or()
                .belongToAnyOf(Batches.class, RunContext.class, Undo.class)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("..migration.operation.*..")
                .orShould()
                .dependOnClassesThat()
                .implement(OperationDefinition.class)
                .because("lanes choose entities; a further kind is written without touching them")
                .check(CLASSES);
    }

    @Test
    void shouldHaveNoMutableStatics() {
        fields().that()
                .areStatic()
                .should()
                .beFinal()
                .because("two instances in one JVM, as tests have them, must not share what they do")
                .check(CLASSES);
    }

    @Test
    void shouldHaveSeenTheClasses() {
        classes()
                .that()
                .haveSimpleName("RekeyBatch")
                .should()
                .bePackagePrivate()
                .because("an operation is the only way in, and this test would pass on an empty class path otherwise")
                .check(CLASSES);
    }
}
