"""Which texts are nearly the same: keyed signatures, an index over them, and the measure that confirms a pair.

Pure NumPy: texts and keys come in, numbers go out. No I/O, no database, nothing that knows what a case is.
"""
