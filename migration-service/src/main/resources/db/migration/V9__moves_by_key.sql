-- By which batches a key was left, of all runs over a table whose moves stand. A function of its own, and not a join with the view `move`: the planner knows little of
-- journals that grow while it plans, and read all of them for a handful of keys. PL/pgSQL is not inlined, so it stays one index scan per run.
CREATE FUNCTION godwit.left_by(table_name text, key text) RETURNS TABLE (batch bigint) LANGUAGE plpgsql STABLE ROWS 1 AS $$
BEGIN
    RETURN QUERY
    SELECT i.batch
      FROM godwit.relation AS r
      JOIN godwit.identity AS i ON i.run_id = r.run_id AND i.relation = r.relation
      JOIN godwit.batch AS b ON b.run_id = i.run_id AND b.number = i.batch AND NOT b.undone
     WHERE r.name = left_by.table_name
       AND i.old_key = left_by.key
       AND i.new_key <> i.old_key;
END
$$;
