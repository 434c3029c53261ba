-- What the application's own seed does on its first start. Without it the run is refused, and nothing is written.

INSERT INTO roles (id, name)
SELECT md5('role ' || name)::uuid, name
  FROM unnest(ARRAY['Admin', 'Owner', 'Editor', 'Viewer']) AS name
ON CONFLICT DO NOTHING;
