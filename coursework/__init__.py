"""The machinery of the graded coursework: release it, grade it, give it back.

`source/NAME/NAME.ipynb` is the one source of an assignment. `source` reads it for a cohort; `release` makes what
students get; `submission` reads what comes back; `sandbox` and `child` run it, where it can do no harm; `judge` asks
it questions from outside and compares; `gradebook`, `report` and `similar` tell the teacher; `otter` exports.
"""
