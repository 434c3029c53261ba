-- The database as somebody made it by hand, before there were definitions.
DROP SCHEMA IF EXISTS shop CASCADE;
CREATE SCHEMA shop;
CREATE TABLE shop.items (id integer PRIMARY KEY, name text NOT NULL);
INSERT INTO shop.items SELECT n, 'Item ' || n FROM generate_series(1, 50) AS n;
