"""What a case is about, judged from its words, with the words that spoke for it. Pure: no I/O."""
