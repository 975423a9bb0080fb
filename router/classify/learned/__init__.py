"""The classifier that was trained on a centre's own labels: light at run time, NumPy only.

In: bytes of a model file, normalised texts. Out: verdicts, and the pieces of a text that spoke for one.
What may not enter: files, training, scikit-learn, any word of a training text.
"""
