-- Eleven steps become nine: the last three are one.
CREATE FUNCTION fewer(number integer) RETURNS integer
    LANGUAGE sql IMMUTABLE
    RETURN least(number, 9);
