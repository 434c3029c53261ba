-- Functions of onboarding-9-states.yaml. They live in a schema called onboarding while a run needs them.

-- Company and team are one step now, data sources and permissions are one: 11 become 9.
CREATE FUNCTION to_9(step integer) RETURNS integer
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN (ARRAY[0, 1, 2, 3, 3, 4, 5, 5, 6, 7, 8, 9])[step + 1];

-- New documents say so; what an earlier script has changed is marked.
CREATE FUNCTION is_9_state(document jsonb) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN document -> 'version' = '9'::jsonb OR document ? '_migration_metadata';

-- What was kept of two steps that are one now is kept together; of the same name, the later one.
CREATE FUNCTION remap_steps(steps jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT coalesce(jsonb_object_agg(step, kept), '{}'::jsonb)
      FROM (SELECT onboarding.to_9(old.key::integer) AS step,
                   jsonb_object_agg(item.key, item.value ORDER BY old.key::integer) AS kept
              FROM jsonb_each(steps) AS old
             CROSS JOIN LATERAL jsonb_each(old.value) AS item
             GROUP BY 1) AS merged;
END;

CREATE FUNCTION remap_visited(visited jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT coalesce(jsonb_agg(DISTINCT onboarding.to_9(step::integer)), '[]'::jsonb)
      FROM jsonb_array_elements_text(visited) AS step;
END;

CREATE FUNCTION remap(document jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN document
        || jsonb_build_object(
               'version', 9,
               'steps', onboarding.remap_steps(document -> 'steps'),
               'visited', onboarding.remap_visited(document -> 'visited'));

CREATE FUNCTION remap_answers(answers json) RETURNS json
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN json_build_object(
        'current', onboarding.to_9((answers ->> 'current')::integer),
        'skipped', onboarding.remap_visited((answers -> 'skipped')::jsonb));

CREATE FUNCTION remap_url(url text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN regexp_replace(url, '/step/[0-9]+', '/step/' || onboarding.to_9(substring(url FROM '/step/([0-9]+)')::integer));
