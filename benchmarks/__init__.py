"""What `make bench` measures: one JSON line a measure, exit 1 when a bar is missed.

`ONLY=name,name` picks measures. `SCALE=full` takes the whole city of the plan (25,000 elevators, 100,000 cylinders, 365
days); without it a tenth of that city is measured, and the line says so. `BENCH_DATABASE_URL` measures on PostgreSQL.
"""
