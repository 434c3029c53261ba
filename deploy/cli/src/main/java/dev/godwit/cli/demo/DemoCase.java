package dev.godwit.cli.demo;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One example that the demo can fly: its data, the application that works on it, and what must be true of it on the way there and after the way back. An object is for
 * one flight.
 */
public interface DemoCase {

    /** As it is called on the command line, and the name of its folder in docs/examples. */
    String name();

    /** What the demo counts by {@code --rows}, such as documents. */
    String entities();

    /** Tables of the example, without their schema, which is {@code public}. */
    List<String> tables();

    /** What is flown, in this order; the way back is the other way round. The first follows the application until its old code is retired, others run to their end. */
    List<String> migrations();

    /** What the first of the migrations depends on, in order: it comes before, in one plan with it, and is taken back last. */
    default List<String> dependencies() {
        return List.of();
    }

    /** Migrations of the folder that are flown when all is taken back; see {@link #afterwards}. */
    default List<String> further() {
        return List.of();
    }

    /** Files of the folder that belong to the definitions. */
    default List<String> attachments() {
        return List.of();
    }

    /** What a commit of the first migration does to what was there before, as in "every old row moved". */
    String deed();

    /** Makes the tables in the first schema of the search path, where none of them is, and fills them; in the caller's transaction. Answers what to say of them. */
    String load(Connection connection, Path folder, int rows) throws SQLException;

    /** Brings the data to where the migration can begin, with claims about what could not begin before. */
    default List<Check> prepare(Connection connection, Path folder, Flight flight) throws SQLException {
        return List.of();
    }

    /** Who goes on writing while all is taken back: the newer code, from its first write on. Called once, when nothing is being written; empty when the application rests meanwhile. */
    default Optional<Application> writingOnTheWayBack() {
        return Optional.empty();
    }

    /** Whether its migrations, run once more, must find nothing to do: in an in-place change of what the application still writes they need not. */
    default boolean isRepeated() {
        return false;
    }

    /** Measures of the first migration's health that must be good when it has come there; where there are any, health is told before and after. */
    default List<String> cured() {
        return List.of();
    }

    /** What else the example has to show once the application is at rest and everything is as it was before. */
    default List<Check> afterwards(Connection connection, Flight flight) throws SQLException {
        return List.of();
    }

    /** Every migration of the case. */
    default List<String> all() {
        return Stream.of(dependencies(), migrations(), further())
                .flatMap(List::stream)
                .toList();
    }

    Application application();

    Proof proof();
}
