"""What the pipeline asks of the machine it runs on, and of object stores: no exports, no tables.

Belongs here: locks, modes of files, advice on the machine's faults, alerts, stores' own words.
"""
