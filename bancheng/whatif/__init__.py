"""What-if from the command line: where cases and policies come from, texts judged anew, and how figures are shown.

The pure part is `router.audit.whatif`. Nothing here writes anything but the files that a person asks for.
"""
