"""Learning from a centre's own labels: reading them, folds without near-copies, training, comparing, evaluating.

scikit-learn and SciPy are needed here only, and imported where they are used (`pip install "bancheng[learning]"`).
What may not enter: Kafka, the database, the screen (that is `bancheng.cli.learning`).
"""
