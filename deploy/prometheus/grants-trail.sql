-- What an exporter's role, a member of pg_monitor, reads in the trail's database; said by its owner once audit-service has started there.
GRANT SELECT ON run, trail_finding, trail_stream, health_latest, health_measure TO pg_monitor;
