package dev.godwit.cli.alembic;

import java.util.List;

/** What a constant expression of Python is worth, as far as ids of revisions need it. */
sealed interface PythonValue {

    /** {@code None}. */
    record None() implements PythonValue {}

    /** A string. */
    record Text(String value) implements PythonValue {}

    /** A tuple, list or set; the difference means nothing to Alembic. */
    record Items(List<PythonValue> values) implements PythonValue {}

    /**
     * Only running Python would tell.
     *
     * @param reason continues the sentence "it …"
     */
    record Unknown(String reason) implements PythonValue {}
}
