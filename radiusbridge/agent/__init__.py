"""The daemon: executor, timers, followers of logs and sessions, syslog, health and metrics."""
