"""The years of an elevator's life by the rule of 2023, each boundary day worked out by hand (elevators.md §4).

Base 2020-03-18. For each year: kind, day before the window opens, opening day, first and last day of the due month, the
first overdue day. Inspections open two months before the due month, self-tests one.
"""

from datetime import date

P, T = "periodic_inspection", "self_test"

YEARS = [
    # year, kind, last day before, opens, first of due month, last of due month, first overdue day
    (1, P, date(2020, 12, 31), date(2021, 1, 1), date(2021, 3, 1), date(2021, 3, 31), date(2021, 4, 1)),
    (2, T, date(2022, 1, 31), date(2022, 2, 1), date(2022, 3, 1), date(2022, 3, 31), date(2022, 4, 1)),
    (3, T, date(2023, 1, 31), date(2023, 2, 1), date(2023, 3, 1), date(2023, 3, 31), date(2023, 4, 1)),
    (4, P, date(2023, 12, 31), date(2024, 1, 1), date(2024, 3, 1), date(2024, 3, 31), date(2024, 4, 1)),
    (5, T, date(2025, 1, 31), date(2025, 2, 1), date(2025, 3, 1), date(2025, 3, 31), date(2025, 4, 1)),
    (6, T, date(2026, 1, 31), date(2026, 2, 1), date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 1)),
    (7, P, date(2026, 12, 31), date(2027, 1, 1), date(2027, 3, 1), date(2027, 3, 31), date(2027, 4, 1)),
    (8, T, date(2028, 1, 31), date(2028, 2, 1), date(2028, 3, 1), date(2028, 3, 31), date(2028, 4, 1)),
    (9, P, date(2028, 12, 31), date(2029, 1, 1), date(2029, 3, 1), date(2029, 3, 31), date(2029, 4, 1)),
    (10, T, date(2030, 1, 31), date(2030, 2, 1), date(2030, 3, 1), date(2030, 3, 31), date(2030, 4, 1)),
    (11, P, date(2030, 12, 31), date(2031, 1, 1), date(2031, 3, 1), date(2031, 3, 31), date(2031, 4, 1)),
    (12, T, date(2032, 1, 31), date(2032, 2, 1), date(2032, 3, 1), date(2032, 3, 31), date(2032, 4, 1)),
    (13, P, date(2032, 12, 31), date(2033, 1, 1), date(2033, 3, 1), date(2033, 3, 31), date(2033, 4, 1)),
    (14, T, date(2034, 1, 31), date(2034, 2, 1), date(2034, 3, 1), date(2034, 3, 31), date(2034, 4, 1)),
    (15, P, date(2034, 12, 31), date(2035, 1, 1), date(2035, 3, 1), date(2035, 3, 31), date(2035, 4, 1)),
    (16, P, date(2035, 12, 31), date(2036, 1, 1), date(2036, 3, 1), date(2036, 3, 31), date(2036, 4, 1)),
    (17, P, date(2036, 12, 31), date(2037, 1, 1), date(2037, 3, 1), date(2037, 3, 31), date(2037, 4, 1)),
]

# What was recorded (kind, day), a day, and what must be shown then: year, kind, last day of the due month.
S, M, A, R = T, "major_repair_supervision", "alteration_supervision", "restart_inspection"
TO_YEAR_3 = [(P, date(2021, 3, 5)), (S, date(2022, 3, 5)), (S, date(2023, 3, 5))]
TO_YEAR_6 = [*TO_YEAR_3, (P, date(2024, 3, 5)), (S, date(2025, 3, 5)), (S, date(2026, 3, 5))]
HISTORIES = {
    "early by two months, the next does not move": (
        [*TO_YEAR_3, (P, date(2024, 1, 1))], date(2024, 1, 2), 5, T, date(2025, 3, 31),
    ),
    "early by more than its window, still its year's": (
        [*TO_YEAR_3, (P, date(2024, 1, 1)), (S, date(2025, 1, 15))], date(2025, 1, 16), 6, T, date(2026, 3, 31),
    ),
    "late by weeks, the next does not move": (
        [*TO_YEAR_3, (P, date(2024, 5, 20))], date(2024, 6, 1), 5, T, date(2025, 3, 31),
    ),
    "a self-test is no periodic inspection": (
        [*TO_YEAR_3, (S, date(2024, 3, 5))], date(2024, 3, 31), 4, P, date(2024, 3, 31),
    ),
    "a periodic inspection stands in for a self-test": (
        [(P, date(2021, 3, 5)), (P, date(2022, 3, 5))], date(2022, 6, 1), 3, T, date(2023, 3, 31),
    ),
    "major repair in an inspection year drops the inspection": (
        [*TO_YEAR_6, (M, date(2027, 1, 10))], date(2027, 2, 1), 8, T, date(2028, 1, 31),
    ),
    "major repair in a self-test year keeps its self-test and moves the month": (
        [*TO_YEAR_3, (P, date(2024, 3, 5)), (M, date(2025, 1, 20))], date(2025, 1, 21), 5, T, date(2025, 1, 31),
    ),
    "major repair after the self-test of its year: the 7th year keeps its inspection, in the new month": (
        [*TO_YEAR_6[:-1], (M, date(2025, 10, 2)), (S, date(2026, 10, 9))], date(2027, 1, 1), 7, P, date(2027, 10, 31),
    ),
    "alteration under the new rule begins the years anew": (
        [*TO_YEAR_3, (A, date(2023, 10, 9))], date(2023, 10, 10), 1, P, date(2024, 10, 31),
    ),
    "alteration before the rule of 2023 moves the month alone": (
        [(P, date(2021, 3, 5)), (A, date(2022, 10, 9)), (S, date(2022, 10, 20))],
        date(2022, 11, 1), 3, T, date(2023, 10, 31),
    ),
    "restart after a stop: the pattern stays, the month moves": (
        [*TO_YEAR_3, (P, date(2024, 3, 5)), (R, date(2025, 8, 20))], date(2025, 9, 1), 6, T, date(2026, 8, 31),
    ),
    "restart after years: what fell due meanwhile is not made up for": (
        [(P, date(2021, 3, 5)), (R, date(2024, 6, 3))], date(2024, 6, 4), 5, T, date(2025, 6, 30),
    ),
    "restart early in a year fulfils that year": (
        [*TO_YEAR_3, (P, date(2024, 3, 5)), (R, date(2026, 1, 15))], date(2026, 1, 16), 7, P, date(2027, 1, 31),
    ),
    "restart late in a year leaves no gap of two years": (
        [*TO_YEAR_6, (R, date(2027, 12, 10))], date(2027, 12, 11), 8, T, date(2028, 12, 31),
    ),
}  # fmt: skip
