-- The legacy tables show everybody their own rows only: an import would take what it sees for all there is.
ALTER TABLE legacy.users ENABLE ROW LEVEL SECURITY;
ALTER TABLE legacy.users FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON legacy.users USING (login = current_user);
