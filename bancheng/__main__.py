"""`python -m bancheng` is the command."""

from bancheng.cli import main

main()
