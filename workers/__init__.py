"""Run things later: the relay of events, the jobs, the sweep that finds what a doorbell lost.

The queue library is named in this package only; the truth is the job table in PostgreSQL.
"""
