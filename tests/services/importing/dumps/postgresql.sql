--
-- PostgreSQL database dump
--
SET standard_conforming_strings = on;
CREATE FUNCTION public.f() RETURNS integer AS 'select 1; -- x' LANGUAGE sql;
CREATE TABLE public.radcheck (
    id integer NOT NULL,
    username text DEFAULT ''::text NOT NULL,
    "attribute" text DEFAULT ''::text NOT NULL,
    op character varying(2) DEFAULT '=='::character varying NOT NULL,
    value text DEFAULT ''::text NOT NULL,
    CONSTRAINT c CHECK ((op <> ''::text))
);
COPY public.radcheck (id, username, attribute, op, value) FROM stdin;
1	ali	Cleartext-Password	:=	it's\\back;\tslash
2	budi	Crypt-Password	:=	x
\.


INSERT INTO public.radusergroup VALUES ('ali', 'home-10', 1);
INSERT INTO public.radusergroup (username, groupname, priority) VALUES ('ali', 'home
10\', 0);
COPY public.nas (id, secret) FROM stdin;
1	radcheck
\.
