package dev.godwit.migration.plan;

import dev.godwit.migration.definition.Identifier;
import dev.godwit.migration.plan.Discover.Limits;
import dev.godwit.migration.plan.ReadOnly.Answer;
import dev.godwit.migration.plan.SearchTargets.Candidate;
import dev.godwit.migration.plan.SearchTargets.Form;
import dev.godwit.migration.plan.SearchTargets.Target;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Searches one table for keys: one pass that counts, then a look at some rows of each column that holds any. */
final class TableSearch {

    private static final int ROWS_LOOKED_AT_MAX = 1000;
    private static final int TEXT_LENGTH_MAX = 100_000;
    private static final double RETRY_PERCENT = 1;

    private final ReadOnly database;
    private final KeySample sample;
    private final Limits limits;

    TableSearch(ReadOnly database, KeySample sample, Limits limits) {
        this.database = database;
        this.sample = sample;
        this.limits = limits;
    }

    /** What to look for in a column: the key as the whole value or array element, or within a longer text. */
    private record Question(Candidate candidate, boolean within) {}

    /**
     * A column that holds keys.
     *
     * @param rows rows with keys
     * @param filled rows that are not NULL
     * @param texts values of some of these rows; empty unless the keys stand within a longer text
     */
    record Hit(Candidate candidate, boolean within, long rows, long filled, String key, List<String> texts) {}

    /** What the search of one table came to. */
    record Result(List<Hit> hits, List<String> notSearched) {}

    private record Count(long rows, long filled, String key) {}

    Uni<Result> search(Target target) {
        if (!target.readable()) {
            return Uni.createFrom().item(notSearched(target, "not searched: the role may not read it, or not wholly"));
        }
        List<Question> questions =
                target.candidates().stream().flatMap(c -> questions(c).stream()).toList();
        if (questions.isEmpty()) {
            return Uni.createFrom().item(new Result(List.of(), List.of()));
        }
        Optional<Double> percent = target.estimatedRows() > limits.tableRowsMax()
                ? Optional.of(100.0 * limits.tableRowsMax() / target.estimatedRows())
                : Optional.empty();
        return pass(target, questions, percent)
                .chain(answer -> answer instanceof Answer.TooLong<List<Count>>
                        ? pass(target, questions, Optional.of(RETRY_PERCENT))
                                .chain(again -> evaluate(target, questions, again, Optional.of(RETRY_PERCENT)))
                        : evaluate(target, questions, answer, percent));
    }

    private List<Question> questions(Candidate candidate) {
        return switch (candidate.form()) {
            case UUID, ARRAY, SAME -> List.of(new Question(candidate, false));
            case TEXT ->
                sample.isTelling()
                        ? List.of(new Question(candidate, false), new Question(candidate, true))
                        : List.of(new Question(candidate, false));
            case JSON -> sample.isTelling() ? List.of(new Question(candidate, true)) : List.of();
            case XML, NUMBER, NUMBER_ARRAY -> List.of();
        };
    }

    private Uni<Answer<List<Count>>> pass(Target target, List<Question> questions, Optional<Double> percent) {
        List<String> selected = new ArrayList<>();
        for (Question question : questions) {
            String column = Identifier.quote(question.candidate().column());
            String matching = " FILTER (WHERE " + match(question) + ")";
            selected.add("count(*)" + matching);
            selected.add("count(" + column + ")");
            selected.add(
                    question.within() || question.candidate().form() == Form.ARRAY
                            ? "''::text"
                            : "min(" + column + "::text)" + matching);
        }
        String sql = "SELECT " + String.join(", ", selected) + from(target, percent);
        return database.probe(sql, parameters(questions), row -> counts(row, questions.size()));
    }

    private static List<Count> counts(Row row, int questions) {
        List<Count> counts = new ArrayList<>();
        for (int i = 0; i < questions; i++) {
            counts.add(new Count(row.getLong(3 * i), row.getLong(3 * i + 1), row.getString(3 * i + 2)));
        }
        return counts;
    }

    private static String match(Question question) {
        String column = Identifier.quote(question.candidate().column());
        if (question.candidate().form() == Form.ARRAY) {
            return "EXISTS (SELECT FROM unnest(" + column + "::text[]) AS element WHERE element = ANY ($1::text[]))";
        }
        String whole = column + "::text = ANY ($1::text[])";
        return question.within()
                ? "NOT (" + whole + ") AND EXISTS (SELECT FROM regexp_matches(" + column
                        + "::text, $2::text, 'g') AS token WHERE token[1] = ANY ($1::text[]))"
                : whole;
    }

    private Tuple parameters(List<Question> questions) {
        return questions.stream().anyMatch(Question::within)
                ? Tuple.of(sample.array(), sample.tokenRegex())
                : Tuple.of(sample.array());
    }

    private static String from(Target target, Optional<Double> percent) {
        return " FROM " + target.table().quoted()
                + percent.map(p -> String.format(Locale.ROOT, " TABLESAMPLE SYSTEM (%.6f)", p))
                        .orElse("");
    }

    private Uni<Result> evaluate(
            Target target, List<Question> questions, Answer<List<Count>> answer, Optional<Double> percent) {
        if (answer instanceof Answer.Refused<List<Count>> refused) {
            return Uni.createFrom().item(notSearched(target, "not searched: PostgreSQL says: " + refused.reason()));
        }
        if (!(answer instanceof Answer.Rows<List<Count>> rows)) {
            return Uni.createFrom().item(notSearched(target, "not searched: it took too long"));
        }
        List<String> notes = percent.map(p -> List.of(String.format(
                        Locale.ROOT, "%s: only about %.2f %% of its rows were searched", target.table(), p)))
                .orElse(List.of());
        Uni<List<Hit>> hits = Uni.createFrom().item(List.of());
        List<Count> counts = rows.rows().get(0);
        for (int i = 0; i < questions.size(); i++) {
            Question question = questions.get(i);
            Count count = counts.get(i);
            if (isTelling(count)) {
                hits = hits.chain(
                        found -> look(target, question, count, percent).map(hit -> append(found, hit)));
            }
        }
        return hits.map(found -> new Result(found, notes));
    }

    /** Plain words coincide; they tell something only where they are the rule. */
    private boolean isTelling(Count count) {
        return count.rows() > 0 && (sample.isTelling() || 2 * count.rows() >= count.filled());
    }

    private Uni<Hit> look(Target target, Question question, Count count, Optional<Double> percent) {
        Candidate candidate = question.candidate();
        if (!question.within() && candidate.form() != Form.ARRAY) {
            return Uni.createFrom()
                    .item(new Hit(candidate, false, count.rows(), count.filled(), count.key(), List.of()));
        }
        String column = Identifier.quote(candidate.column());
        String sql = "SELECT " + column + "::text AS value" + from(target, percent) + " WHERE " + match(question)
                + " AND length(" + column + "::text) <= " + TEXT_LENGTH_MAX + " LIMIT " + ROWS_LOOKED_AT_MAX;
        return database.probe(sql, parameters(List.of(question)), row -> row.getString("value"))
                .map(answer -> answer instanceof Answer.Rows<String> rows ? rows.rows() : List.<String>of())
                .map(texts ->
                        new Hit(candidate, question.within(), count.rows(), count.filled(), firstKey(texts), texts));
    }

    private String firstKey(List<String> texts) {
        return texts.stream()
                .flatMap(text -> sample.tokens(text).results().map(match -> match.group()))
                .filter(sample::contains)
                .findFirst()
                .orElse("");
    }

    private static Result notSearched(Target target, String why) {
        String columns = target.candidates().stream().map(Candidate::column).collect(Collectors.joining(", "));
        return new Result(List.of(), List.of(target.table() + " (" + columns + ") " + why));
    }

    private static List<Hit> append(List<Hit> hits, Hit hit) {
        List<Hit> longer = new ArrayList<>(hits);
        longer.add(hit);
        return longer;
    }
}
