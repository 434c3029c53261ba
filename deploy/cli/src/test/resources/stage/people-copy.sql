--
-- PostgreSQL database dump
--

\restrict 6Yz0aC5mSxkq1dVt9PpQ

-- Dumped from database version 18.6
-- Dumped by pg_dump version 18.6

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET transaction_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: citext; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS citext WITH SCHEMA public;


--
-- Name: EXTENSION citext; Type: COMMENT; Schema: -; Owner:
--

COMMENT ON EXTENSION citext IS 'data type for case-insensitive character strings';


--
-- Name: role_kind; Type: TYPE; Schema: public; Owner: legacy
--

CREATE TYPE public.role_kind AS ENUM (
    'student',
    'teacher'
);


ALTER TYPE public.role_kind OWNER TO legacy;

--
-- Name: log_change(); Type: FUNCTION; Schema: public; Owner: legacy
--

CREATE FUNCTION public.log_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $_$
BEGIN
    INSERT INTO public.change_log (said) VALUES ('it''s; public.users');
    RETURN NEW;
END;
$_$;


ALTER FUNCTION public.log_change() OWNER TO legacy;

--
-- Name: score(integer); Type: FUNCTION; Schema: public; Owner: legacy
--

CREATE FUNCTION public.score(raw integer) RETURNS integer
    LANGUAGE sql IMMUTABLE
    BEGIN ATOMIC
 SELECT
         CASE
             WHEN (raw > 10) THEN 10
             ELSE raw
         END AS "case";
END;


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: users; Type: TABLE; Schema: public; Owner: legacy
--

CREATE TABLE public.users (
    id integer NOT NULL,
    email public.citext NOT NULL,
    kind public.role_kind DEFAULT 'student'::public.role_kind NOT NULL,
    note text,
    picture bytea
);


ALTER TABLE public.users OWNER TO legacy;

--
-- Name: users_id_seq; Type: SEQUENCE; Schema: public; Owner: legacy
--

CREATE SEQUENCE public.users_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


ALTER SEQUENCE public.users_id_seq OWNED BY public.users.id;

--
-- Name: change_log; Type: TABLE; Schema: public; Owner: legacy
--

CREATE TABLE public.change_log (
    said text,
    at timestamp without time zone DEFAULT now()
);

--
-- Name: teachers; Type: VIEW; Schema: public; Owner: legacy
--

CREATE VIEW public.teachers AS
 SELECT id,
    email
   FROM public.users
  WHERE (kind = 'teacher'::public.role_kind);


--
-- Name: away; Type: VIEW; Schema: public; Owner: legacy
--

CREATE VIEW public.away AS
 SELECT public.st_area(note) AS area
   FROM public.users;


--
-- Name: users id; Type: DEFAULT; Schema: public; Owner: legacy
--

ALTER TABLE ONLY public.users ALTER COLUMN id SET DEFAULT nextval('public.users_id_seq'::regclass);


--
-- Data for Name: users; Type: TABLE DATA; Schema: public; Owner: legacy
--

COPY public.users (id, email, kind, note, picture) FROM stdin;
1	Ada@example.org	teacher	says: SELECT * FROM public.users; -- 'quoted'	\\x00ff
2	grace@example.org	student	two\nlines and a\ttab	\N
3	bob@example.org	student	\\.	\N
4	eve@example.org	student		\N
\.


--
-- Data for Name: change_log; Type: TABLE DATA; Schema: public; Owner: legacy
--

COPY public.change_log (said, at) FROM stdin;
\.


--
-- Name: users_id_seq; Type: SEQUENCE SET; Schema: public; Owner: legacy
--

SELECT pg_catalog.setval('public.users_id_seq', 4, true);


--
-- Name: users users_pkey; Type: CONSTRAINT; Schema: public; Owner: legacy
--

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);

CREATE UNIQUE INDEX users_by_email ON public.users USING btree (email public.citext_ops);


--
-- Name: users log_users; Type: TRIGGER; Schema: public; Owner: legacy
--

CREATE TRIGGER log_users AFTER INSERT OR UPDATE ON public.users FOR EACH ROW EXECUTE FUNCTION public.log_change();


--
-- Name: users; Type: ROW SECURITY; Schema: public; Owner: legacy
--

ALTER TABLE public.users ENABLE ROW LEVEL SECURITY;

CREATE POLICY own ON public.users USING (((email)::text = CURRENT_USER));

--
-- Name: TABLE users; Type: ACL; Schema: public; Owner: legacy
--

GRANT SELECT ON TABLE public.users TO reader;
ALTER DEFAULT PRIVILEGES FOR ROLE legacy IN SCHEMA public GRANT SELECT ON TABLES TO reader;


--
-- PostgreSQL database dump complete
--

\unrestrict 6Yz0aC5mSxkq1dVt9PpQ

