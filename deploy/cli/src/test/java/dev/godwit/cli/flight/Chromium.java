package dev.godwit.cli.flight;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** A real browser with one page, which remembers what went wrong on it and whom it asked. */
final class Chromium implements AutoCloseable {
    private static final Path SCREENSHOTS = Path.of("target", "screenshots");
    /** The engine of axe-core, as its artefact has it. */
    private static final String AXE = axe();

    /** What it finds, in lines; nothing where all is well. Text in the colour of its ground is something that the engine only asks about. */
    private static final String GRAVE_VIOLATIONS = """
            async () => {
              const found = await axe.run();
              const invisible = found.incomplete
                .map(each => ({...each, nodes: each.nodes.filter(node => node.any.some(check => check.data?.messageKey === 'equalRatio'))}))
                .filter(each => each.nodes.length > 0);
              const grave = found.violations.filter(each => ['serious', 'critical'].includes(each.impact));
              return [...grave, ...invisible]
                .map(each => each.id + ': ' + each.help + '\\n' + each.nodes.slice(0, 3).map(node => node.html + ' ' + node.failureSummary).join('\\n'))
                .join('\\n');
            }""";

    private static final String CUT_TABLES =
            "[...document.querySelectorAll('table.stack')].filter(table => table.scrollWidth > table.parentElement.clientWidth).length";

    private static final int WIDTH = 1280;
    private static final int HEIGHT = 900;
    private static final int PHONE_WIDTH = 390;
    private static final int PHONE_HEIGHT = 844;
    private static final double PATIENCE_MILLIS = 20_000;

    private final Playwright driver;
    private final Page page;
    private final List<String> troubles = new ArrayList<>();

    private Chromium(Path executable, String home) {
        driver = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        Browser browser = driver.chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(executable)
                        .setHeadless(true)
                        .setArgs(List.of(
                                "--no-sandbox",
                                "--disable-gpu",
                                "--disable-quic",
                                "--no-first-run",
                                "--disable-background-networking",
                                "--disable-component-update",
                                "--disable-sync")));
        page = browser.newPage(new Browser.NewPageOptions().setBaseURL(home).setViewportSize(WIDTH, HEIGHT));
        page.setDefaultTimeout(PATIENCE_MILLIS);
        page.onPageError(error -> troubles.add("error on " + page.url() + ": " + error));
        page.onConsoleMessage(message -> {
            if (message.type().equals("error") || message.type().equals("warning")) {
                troubles.add(message.type() + " on " + page.url() + ": " + message.text());
            }
        });
        page.onRequest(request -> {
            if (!request.url().startsWith(home + "/")) {
                troubles.add("asked another host: " + request.url());
            }
        });
    }

    /** Without a browser on the machine the test is skipped; with {@code -Dchromium=required} it fails. */
    static Chromium open(String home) {
        Optional<Path> executable = Stream.of("chromium", "chromium-browser", "google-chrome")
                .map(name -> Path.of("/usr/bin", name))
                .filter(Files::isExecutable)
                .findFirst();
        if (executable.isEmpty() && "required".equals(System.getProperty("chromium"))) {
            throw new IllegalStateException("there is no Chromium on this machine, and -Dchromium=required");
        }
        Assumptions.assumeTrue(
                executable.isPresent(), "there is no Chromium on this machine: the dashboard is not looked at");
        return new Chromium(executable.orElseThrow(), home);
    }

    Page page() {
        return page;
    }

    /** Looks at the page as it is, in light, in dark and on a phone: keeps a picture of each, and asks axe-core about it. */
    void mustBeSound(String name) {
        look(name + "-light");
        page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.DARK));
        look(name + "-dark");
        page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.LIGHT));
        page.setViewportSize(PHONE_WIDTH, PHONE_HEIGHT);
        look(name + "-phone");
        assertThat(page.evaluate("document.documentElement.scrollWidth > innerWidth"))
                .as("%s is wider than a phone", name)
                .isEqualTo(false);
        assertThat(page.evaluate(CUT_TABLES))
                .as("tables of %s are cut on a phone", name)
                .isEqualTo(0);
        page.setViewportSize(WIDTH, HEIGHT);
    }

    private void look(String name) {
        page.screenshot(new Page.ScreenshotOptions()
                .setPath(SCREENSHOTS.resolve(name + ".png"))
                .setFullPage(true));
        page.evaluate(AXE);
        assertThat(String.valueOf(page.evaluate(GRAVE_VIOLATIONS))).as(name).isEmpty();
    }

    private static String axe() {
        try (InputStream script = Chromium.class.getResourceAsStream("/axe.min.js")) {
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Nothing was written to the console, nothing failed, and nobody else was asked for anything. */
    void mustBeQuiet() {
        assertThat(troubles).isEmpty();
    }

    @Override
    public void close() {
        driver.close();
    }
}
