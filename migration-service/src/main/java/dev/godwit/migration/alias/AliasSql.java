package dev.godwit.migration.alias;

import static dev.godwit.migration.definition.Identifier.quote;

/**
 * What PostgreSQL is told for one reference.
 *
 * @param run id, which we have made up: letters and digits, for a function takes no parameters
 * @param serial of the run: triggers fire in the order of their names, those of earlier runs first, so that a key that moved in both is led on
 */
record AliasSql(Aliased reference, String run, long serial, int number) {

    /** A key that moved several times within a run is led along; more hops than that are none that a run makes. */
    private static final int HOPS_MAX = 8;

    String child() {
        return reference.child().quoted();
    }

    /** After the application's own triggers, which may set the column. */
    String triggerName() {
        return "zz_godwit_alias_%08d_%02d".formatted(serial, number);
    }

    String functionName() {
        return "alias_%08d_%02d".formatted(serial, number);
    }

    /**
     * The parent is locked as the foreign key's own check will lock it, so that an insert waits for a batch in hand; each statement of the function then sees what that batch has
     * committed. While the run is rolled back, new keys are led back too.
     */
    String function() {
        return """
                CREATE OR REPLACE FUNCTION godwit.%s() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $alias$
                DECLARE
                    led text;
                BEGIN
                    FOR hop IN 1..%d LOOP
                        PERFORM FROM %s AS p WHERE p.%s = NEW.%s FOR KEY SHARE;
                        EXIT WHEN FOUND OR NEW.%s IS NULL;
                        SELECT i.new_key INTO led
                          FROM godwit.identity AS i
                         WHERE i.run_id = '%s' AND i.relation = %d AND i.old_key = NEW.%s::text AND i.new_key <> i.old_key
                         ORDER BY i.batch DESC
                         LIMIT 1;
                        IF NOT FOUND THEN
                            SELECT i.old_key INTO led
                              FROM godwit.identity AS i
                              JOIN godwit.run AS r ON r.id = i.run_id AND r.state = 'rolling-back'
                             WHERE i.run_id = '%s' AND i.relation = %d AND i.new_key = NEW.%s::text AND i.new_key <> i.old_key AND NOT i.merged
                             ORDER BY i.batch DESC
                             LIMIT 1;
                        END IF;
                        EXIT WHEN NOT FOUND;
                        NEW.%s := led::%s;
                    END LOOP;
                    RETURN NEW;
                END
                $alias$
                """.formatted(
                        functionName(),
                        HOPS_MAX,
                        reference.parent().quoted(),
                        quote(reference.parentKey()),
                        column(),
                        column(),
                        run,
                        reference.relation(),
                        column(),
                        run,
                        reference.relation(),
                        column(),
                        column(),
                        reference.type());
    }

    /** Godwit's own batches move children and parents together: they need no translation, and the condition spares them the cost. */
    String trigger() {
        return """
                CREATE OR REPLACE TRIGGER %s
                BEFORE INSERT OR UPDATE OF %s ON %s
                   FOR EACH ROW
                  WHEN (pg_catalog.current_setting('application_name') <> 'godwit')
                       EXECUTE FUNCTION godwit.%s()
                """.formatted(triggerName(), column(), child(), functionName());
    }

    private String column() {
        return quote(reference.column());
    }
}
