"""The rig: the running registry under load, while its processes, its database, its disk, its clock and its callers'
lines are broken. What was acknowledged has to be there once; `python -m benchmarks.rig` says how to run it."""
