package dev.godwit.cli.flight;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import dev.godwit.cli.client.Run;
import dev.godwit.cli.client.RunRequest;
import java.sql.SQLException;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** The dashboard in a real browser, on the running stack. */
@ExtendWith(LiveStackExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DashboardIT {
    private static final int DOCUMENTS = 400;
    private static final int PER_SECOND = 40;
    /** Uploaded twice: the file hash of the second is spelt in upper case. */
    private static final int TWICE = 12;

    private static final int MIGRATED = 21;
    private static final String TABLE = "library.documents";
    private static final String MARK = "window.sameDocument = true";
    private static final String REASON = "the backup comes first";

    private final LiveStack stack;
    private Chromium chromium;

    DashboardIT(LiveStack stack) {
        this.stack = stack;
    }

    @BeforeAll
    void load() throws SQLException {
        chromium = Chromium.open(stack.stack().describe().audit().url());
        logIn();
        Library.load(stack, DOCUMENTS);
        stack.execute("""
                INSERT INTO library.documents
                SELECT gen_random_uuid(), owner, upper(sha), 'Newer', updated_at FROM library.documents WHERE id = '%s'
                """.formatted(Library.oldId(TWICE)));
        sweepsShallBeShort();
        stack.define(Library.MIGRATION, Library.definition("  on-duplicate: fail\n"));
        stack.define("library-index", """
                migration: library-index
                depends-on: [library-documents]
                schema:
                  up: CREATE INDEX documents_by_title ON library.documents (title)
                  down: DROP INDEX library.documents_by_title
                """);
    }

    /** Whoever is not known is led to where they can say who they are. */
    private void logIn() {
        Page page = chromium.page();
        page.navigate("/");
        page.waitForURL("**/login");
        page.getByLabel("Token").fill(stack.stack().describe().token().orElseThrow());
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Log in"))
                .click();
        assertThat(page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Log out")))
                .isVisible();
    }

    /** What they rewrite counts against the rate too. */
    private void sweepsShallBeShort() throws SQLException {
        for (String table : List.of("activity", "searches", "settings")) {
            stack.execute("DELETE FROM library." + table + " WHERE id > 9");
        }
    }

    @AfterAll
    void drop() throws SQLException {
        if (chromium != null) {
            chromium.close();
            stack.undefine("library-index");
            stack.undefine(Library.MIGRATION);
            stack.execute("DROP SCHEMA IF EXISTS library CASCADE");
        }
    }

    @AfterEach
    void nothingMustHaveGoneWrong() {
        chromium.mustBeQuiet();
    }

    @Test
    void shouldShowARunFromItsStartToItsEntities() {
        Run run = shouldShowWithoutReloadThatARunGoesOn();
        shouldPauseAndResume(run);
        shouldDrillDownFromAConflictToItsEntities(run);
        shouldFollowAnEntityThroughItsIds();
        shouldDrawTheGraph();
        shouldProveTheTrail();
    }

    private Run shouldShowWithoutReloadThatARunGoesOn() {
        Page page = chromium.page();
        page.navigate("/");
        assertThat(page.locator("#connection")).hasAttribute("data-state", "live");
        page.evaluate(MARK);

        Run run = stack.migration().start(slowly());

        Locator link = page.locator("a[href='/runs/" + run.id() + "']");
        Locator card = page.locator("#active .card").filter(new Locator.FilterOptions().setHas(link));
        assertThat(card.locator(".badge")).hasText("backfilling");
        mustBeTheSameDocument();
        card.locator(link).click();
        page.waitForURL("**/runs/" + run.id());
        page.evaluate(MARK);
        Locator done = page.locator("#done");
        assertThat(done).hasText(Pattern.compile("^[1-9].*"));
        String before = done.textContent();
        assertThat(done).not().hasText(before);
        mustBeTheSameDocument();
        return run;
    }

    private static RunRequest slowly() {
        return RunRequest.of(Library.MIGRATION, true).withMaxRate(PER_SECOND);
    }

    private void shouldPauseAndResume(Run run) {
        Page page = chromium.page();
        page.locator("#action-pause").click();
        assertThat(page.locator("dialog")).isVisible();
        page.locator("#reason").fill(REASON);
        page.locator("#confirm").click();
        assertThat(page.locator("#dialog-heading")).hasText("Pause: done");
        page.locator("#close").click();

        assertThat(page.locator("#state")).hasText("paused");
        assertThat(page.locator("#life")).containsText(REASON);
        assertThat(page.locator("#map svg")).isVisible();
        assertThat(page.locator("#pace canvas")).isVisible();
        page.locator("summary", new Page.LocatorOptions().setHasText("Every statement"))
                .click();
        assertThat(page.locator("#statements")).containsText("library");
        mustBeTheSameDocument();
        chromium.mustBeSound("run");

        page.keyboard().press("Escape");
        page.locator("#action-resume").focus();
        page.keyboard().press("Enter");
        page.locator("#confirm").click();
        assertThat(page.locator("#dialog-heading")).hasText("Resume: done");
        page.keyboard().press("Escape");
        assertThat(page.locator("#state")).not().hasText("paused");
        assertThat(page.locator("#action-pause")).isVisible();
        mustBeTheSameDocument();
        stack.watch().untilSettled(run.id());
        assertThat(page.locator("#state")).hasText("completed");
        stack.report(run);
        page.locator("#action-rollback").click();
        assertThat(page.locator("dialog tbody")).containsText(TABLE);
        chromium.mustBeSound("dialog");
        page.locator("dialog [data-close]").click();
        assertThat(page.locator("dialog")).not().isVisible();
        mustBeTheSameDocument();
    }

    private void shouldDrillDownFromAConflictToItsEntities(Run run) {
        Page page = chromium.page();
        page.navigate("/runs/" + run.id());
        page.locator("#conflicts a").first().click();
        assertThat(page.locator("#list tbody tr")).hasCount(2);
        chromium.mustBeSound("outcomes");
        page.locator("#list tbody a[href*='" + Library.oldId(TWICE) + "']").click();
        assertThat(page.locator("#story")).containsText("conflict");
        assertThat(page.locator("#story")).containsText("duplicate");
    }

    private void shouldFollowAnEntityThroughItsIds() {
        Page page = chromium.page();
        String before = Library.oldId(MIGRATED).toString();
        String after = Library.newId(MIGRATED % 7, Library.sha(MIGRATED)).toString();
        page.navigate("/");
        page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Entities"))
                .click();
        page.locator("#table").fill(TABLE);
        page.locator("#key").fill(before);
        page.keyboard().press("Enter");
        assertThat(page.locator("#ids")).containsText(after);
        String story = page.locator("#story").textContent();
        page.locator("#ids a[href*='" + after + "']").click();
        assertThat(page.locator("#ids [aria-current]")).hasText(after);
        assertThat(page.locator("#story")).hasText(story);
        chromium.mustBeSound("entity");
    }

    private void shouldDrawTheGraph() {
        Page page = chromium.page();
        page.navigate("/graph");
        Locator node = page.locator("svg.graph g[data-state='applied']")
                .filter(new Locator.FilterOptions().setHasText(Library.MIGRATION));
        assertThat(node).containsText("applied");
        assertThat(page.locator("svg.graph g.head").filter(new Locator.FilterOptions().setHasText("library-index")))
                .containsText("unapplied");
        assertThat(page.locator("svg.graph path")).not().hasCount(0);
        chromium.mustBeSound("graph");
        page.navigate("/health");
        chromium.mustBeSound("health");
        page.navigate("/");
        chromium.mustBeSound("overview");
    }

    private void shouldProveTheTrail() {
        Page page = chromium.page();
        page.navigate("/integrity");
        page.locator("#prove").click();
        assertThat(page.locator("#verdict")).containsText("Holds");
        chromium.mustBeSound("integrity");
    }

    private void mustBeTheSameDocument() {
        assertThat(chromium.page().evaluate("window.sameDocument === true")).isEqualTo(true);
    }
}
