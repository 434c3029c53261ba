-- Chains of moves follow the order in which batches wrote (V5), which is not that of their numbers: a number is drawn before the batch waits for its locks.

CREATE OR REPLACE VIEW godwit.move AS
SELECT r.name AS relation, i.old_key, i.new_key, i.run_id, i.batch, b.undo_order
  FROM godwit.identity AS i
  JOIN godwit.relation AS r ON r.run_id = i.run_id AND r.relation = i.relation
  JOIN godwit.batch AS b ON b.run_id = i.run_id AND b.number = i.batch AND NOT b.undone
 WHERE i.old_key <> i.new_key;

-- When a key was left, by batches of all runs over a table whose moves stand. A function of its own, and not a join with the view `move`: the planner knows little of
-- journals that grow while it plans, and read all of them for a handful of keys. PL/pgSQL is not inlined, so it stays one index scan per run.
CREATE FUNCTION godwit.left_by(table_name text, key text) RETURNS TABLE (batch bigint, undo_order bigint) LANGUAGE plpgsql STABLE ROWS 1 AS $$
BEGIN
    RETURN QUERY
    SELECT i.batch, b.undo_order
      FROM godwit.relation AS r
      JOIN godwit.identity AS i ON i.run_id = r.run_id AND i.relation = r.relation
      JOIN godwit.batch AS b ON b.run_id = i.run_id AND b.number = i.batch AND NOT b.undone
     WHERE r.name = left_by.table_name
       AND i.old_key = left_by.key
       AND i.new_key <> i.old_key;
END
$$;

-- The place of a batch in that order. Not inlined, for the same reason: one look-up by its key for the few moves of a chain that a query meets. A batch that is still at
-- work has none yet, and comes after all others.
CREATE FUNCTION godwit.undo_order_of(run text, batch bigint) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN coalesce((SELECT b.undo_order FROM godwit.batch AS b WHERE b.run_id = undo_order_of.run AND b.number = undo_order_of.batch), 9223372036854775807);
END
$$;
