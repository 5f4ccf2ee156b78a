"""`python -m titration`."""

from titration.cli import main

if __name__ == "__main__":
    main()
