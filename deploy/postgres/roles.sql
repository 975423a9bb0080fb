-- Run by the container when the cluster is made; by hand on one that stands already, or for a new password:
--   docker compose exec postgres psql -U bancheng -d bancheng -f /docker-entrypoint-initdb.d/roles.sql
-- The services log in as bancheng_services, who owns nothing and may do what bancheng_router may. The password
-- comes from a file: every account of the machine can read a command line.
\set password `cat "${SECRETS:-/run/secrets}/postgres_services"`
SELECT format('CREATE ROLE %I NOLOGIN', name)
FROM unnest(ARRAY['bancheng_router', 'bancheng_console', 'bancheng_auditor', 'bancheng_services']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
ALTER ROLE bancheng_services LOGIN PASSWORD :'password';
GRANT bancheng_router TO bancheng_services;
