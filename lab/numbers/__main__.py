"""`python -m lab.numbers`: writes the files that follow from the register of numbers."""

from lab.numbers import main

main()
